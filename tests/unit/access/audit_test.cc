#include "access/audit.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "base/log.h"
#include "json/value.h"
#include "unit/support/file_limit.h"
#include "unit/support/temp_dir.h"

namespace pdns::access {
namespace {

using std::chrono::milliseconds;
using testing::AppendToFile;
using testing::FileLimit;
using testing::ReadFile;
using testing::WriteFile;

constexpr std::uint64_t kLeast = Audit::kLeastBytes;

// 2026-11-27T16:41:48.123Z
const std::chrono::system_clock::time_point kAsked{milliseconds(1'795'797'708'123)};

std::vector<std::string> Lines(const std::string& text) {
  std::istringstream all(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(all, line);) lines.push_back(line);
  return lines;
}

struct AuditTest : ::testing::Test {
  std::unique_ptr<Audit> Open(std::uint64_t max_bytes = kLeast, unsigned kept = 2) const {
    auto audit = Audit::Open({path, max_bytes, kept});
    EXPECT_TRUE(audit.ok()) << audit.status().message();
    return std::move(*audit);
  }
  Status WhyNot(const Audit::Settings& settings) const {
    const auto audit = Audit::Open(settings);
    EXPECT_FALSE(audit.ok());
    return audit.status();
  }
  // Its rows tell which line it is.
  static void Ask(Audit& audit, std::uint64_t number, const std::string& question = "/x") {
    audit.Write({.time = kAsked, .peer = "192.0.2.1", .question = question, .rows = number});
  }
  // The numbers of the lines of a file, each of which is a document of its own.
  static std::vector<std::uint64_t> Numbers(const std::string& file) {
    std::vector<std::uint64_t> numbers;
    for (const std::string& line : Lines(ReadFile(file))) {
      const auto document = json::Parse(line);
      EXPECT_TRUE(document.ok()) << line;
      if (document.ok()) numbers.push_back(document->NumberOf("rows").value_or(0));
    }
    return numbers;
  }
  static std::vector<std::uint64_t> FromTo(std::uint64_t from, std::uint64_t to) {
    std::vector<std::uint64_t> numbers;
    while (from <= to) numbers.push_back(from++);
    return numbers;
  }
  // The lines of all files, the oldest first.
  std::vector<std::uint64_t> AllNumbers() const {
    std::vector<std::uint64_t> all;
    for (int n = 20; n >= 0; --n) {
      const std::string file = n == 0 ? path : path + "." + std::to_string(n);
      if (!std::filesystem::exists(file)) continue;
      EXPECT_LE(std::filesystem::file_size(file), kLeast) << file;
      const auto numbers = Numbers(file);
      all.insert(all.end(), numbers.begin(), numbers.end());
    }
    return all;
  }
  std::size_t Files() const {
    const std::filesystem::directory_iterator files(dir.path());
    return static_cast<std::size_t>(std::distance(begin(files), end(files)));
  }

  testing::TempDir dir;
  const std::string path = dir / "audit.log";
};

TEST_F(AuditTest, ALine) {
  const auto audit = Open();
  audit->Write({.time = kAsked,
                .key = "alice",
                .peer = "192.0.2.1",
                .method = "GET",
                .question = "/dnsdb/v2/lookup/rrset/name/blah.org?limit=10",
                .status = 200,
                .rows = 3,
                .took = milliseconds(8)});
  audit->Write({.time = kAsked - milliseconds(123), .method = "POST", .status = 401});
  EXPECT_EQ(ReadFile(path),
            R"({"time":"2026-11-27T16:41:48.123Z","key":"alice","peer":"192.0.2.1","method":"GET",)"
            R"("question":"/dnsdb/v2/lookup/rrset/name/blah.org?limit=10","status":200,"rows":3,)"
            "\"ms\":8}\n"
            R"({"time":"2026-11-27T16:41:48.000Z","peer":"","method":"POST","question":"",)"
            "\"status\":401,\"rows\":0,\"ms\":0}\n");
  EXPECT_EQ(audit->figures().written, 2U);
  EXPECT_EQ(audit->figures().lost, 0U);
}

TEST_F(AuditTest, OthersMayNotReadIt) {
  const auto audit = Open();
  struct stat info {};
  ASSERT_EQ(stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07, 0U);
}

TEST_F(AuditTest, ForeignBytesAreHarmless) {
  const auto audit = Open();
  audit->Write({.time = kAsked,
                .peer = "fe80::1%eth0",
                .method = "G T\n",
                .question = std::string_view("/\"\\\n\x1b\x7f\xc2\x9b%41 \0~", 14)});
  const std::string text = ReadFile(path);
  EXPECT_TRUE(
      std::all_of(text.begin(), text.end() - 1, [](char c) { return c >= 0x20 && c < 0x7f; }));
  const auto line = json::Parse(text);
  ASSERT_TRUE(line.ok());
  EXPECT_EQ(line->TextOf("peer"), "fe80::1%eth0");
  EXPECT_EQ(line->TextOf("method"), "G%20T%0A");
  EXPECT_EQ(line->TextOf("question"), "/\"\\%0A%1B%7F%C2%9B%41%20%00~");
  EXPECT_EQ(line->Find("cut"), nullptr);
}

TEST_F(AuditTest, LongTextsAreCut) {
  const auto audit = Open();
  const std::string fits(Audit::kLongestQuestion, '"');
  Ask(*audit, 1, fits);
  Ask(*audit, 2, fits + "x");
  Ask(*audit, 3, std::string(1'000'000, '\xff'));
  audit->Write({.time = kAsked,
                .key = std::string(64, 'k'),
                .peer = std::string(5000, '"'),
                .method = std::string(5000, '"'),
                .question = fits});
  const auto lines = Lines(ReadFile(path));
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(json::Parse(lines[0])->TextOf("question"), fits);
  EXPECT_EQ(json::Parse(lines[0])->Find("cut"), nullptr);
  EXPECT_EQ(json::Parse(lines[1])->TextOf("question"), fits);
  EXPECT_TRUE(json::Parse(lines[1])->Find("cut")->IsTrue());
  std::string escapes;
  while (escapes.size() + 3 <= Audit::kLongestQuestion) escapes += "%FF";
  EXPECT_EQ(json::Parse(lines[2])->TextOf("question"), escapes);
  EXPECT_EQ(json::Parse(lines[3])->TextOf("peer"), std::string(Audit::kLongestPeer, '"'));
  EXPECT_EQ(json::Parse(lines[3])->TextOf("method"), std::string(Audit::kLongestMethod, '"'));
  for (const std::string& line : lines) EXPECT_LT(line.size(), 16U << 10);
}

TEST_F(AuditTest, GoesOnWithItsFile) {
  {
    const auto audit = Open();
    Ask(*audit, 1);
  }
  AppendToFile(path, R"({"time":"2026)");  // the power went off
  const auto audit = Open();
  Ask(*audit, 2);
  Ask(*audit, 3);
  const auto lines = Lines(ReadFile(path));
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[1], R"({"time":"2026)");
  EXPECT_EQ(json::Parse(lines[2])->NumberOf("rows"), 2U);
}

TEST_F(AuditTest, OneFileFollowsTheOther) {
  const auto audit = Open(kLeast, 2);
  const std::string question(900, 'x');
  std::uint64_t number = 0;
  while (number < 150) Ask(*audit, ++number, question);  // two files and a bit
  EXPECT_EQ(Files(), 3U);
  EXPECT_EQ(AllNumbers(), FromTo(1, 150));
  while (number < 1000) Ask(*audit, ++number, question);
  EXPECT_EQ(Files(), 3U);
  const auto kept = AllNumbers();
  EXPECT_EQ(kept, FromTo(1000 - kept.size() + 1, 1000));
  EXPECT_GT(kept.size(), 2 * kLeast / 1100);
  EXPECT_EQ(audit->figures().written, 1000U);
  EXPECT_EQ(audit->figures().lost, 0U);
}

TEST_F(AuditTest, NoneIsKept) {
  const auto audit = Open(kLeast, 0);
  for (std::uint64_t number = 1; number <= 100; ++number)
    Ask(*audit, number, std::string(900, 'x'));
  EXPECT_EQ(Files(), 1U);
  EXPECT_EQ(AllNumbers().back(), 100U);
}

TEST_F(AuditTest, WhoHasRenamedItCallsForANewOne) {
  const auto audit = Open();
  Ask(*audit, 1);
  ASSERT_TRUE(audit->Reopen().ok());  // nobody has
  Ask(*audit, 2);
  std::filesystem::rename(path, dir / "old");
  Ask(*audit, 3);
  ASSERT_TRUE(audit->Reopen().ok());
  Ask(*audit, 4);
  EXPECT_EQ(Numbers(dir / "old"), FromTo(1, 3));
  EXPECT_EQ(Numbers(path), FromTo(4, 4));
}

TEST_F(AuditTest, ANameThatCannotBeOpenedLeavesTheOpenFile) {
  const auto audit = Open();
  std::filesystem::rename(path, dir / "old");
  std::filesystem::create_directory(path);
  EXPECT_EQ(audit->Reopen().code(), Code::kUsage);
  Ask(*audit, 1);
  EXPECT_EQ(Numbers(dir / "old"), FromTo(1, 1));
}

TEST_F(AuditTest, ADeletedFileIsMadeAnew) {
  const auto audit = Open();
  Ask(*audit, 1);
  std::filesystem::remove(path);
  Ask(*audit, 2);
  EXPECT_EQ(Numbers(path), FromTo(2, 2));
  EXPECT_EQ(audit->figures().lost, 0U);
}

// Another program has renamed it, and what it put there is full already.
TEST_F(AuditTest, AFullFileOfAnotherProgramIsRenamedToo) {
  const auto audit = Open();
  const std::string question(900, 'x');
  Ask(*audit, 1, question);
  for (int i = 0; i < 100 && std::filesystem::file_size(path) < kLeast - 1000; ++i)
    Ask(*audit, 2, question);
  std::filesystem::rename(path, dir / "old");
  WriteFile(path, std::string(kLeast - 1, 'y') + "\n");
  Ask(*audit, 3, question);
  EXPECT_EQ(Numbers(path), FromTo(3, 3));
  EXPECT_EQ(std::filesystem::file_size(path + ".1"), kLeast);
}

TEST_F(AuditTest, AFullDiskStopsNothing) {
  const auto audit = Open();
  Ask(*audit, 1, std::string(1900, 'x'));  // longer than what is said: that goes to a file as well
  const std::string before = ReadFile(path);
  ::testing::internal::CaptureStderr();
  StartLog("test", false);
  {
    const FileLimit limit(before.size() + 10);  // half a line fits
    for (std::uint64_t number = 2; number <= 100; ++number) Ask(*audit, number);
    EXPECT_EQ(ReadFile(path), before);
  }
  Ask(*audit, 101);
  Ask(*audit, 102);
  const auto said = Lines(::testing::internal::GetCapturedStderr());
  ASSERT_EQ(said.size(), 2U);
  EXPECT_EQ(said[0], "test: error: audit log: " + path +
                         ": No space left on device: requests are answered, and not written down");
  EXPECT_EQ(said[1],
            "test: warning: audit log: " + path + ": is written again; 99 requests are missing");
  EXPECT_EQ(audit->figures().written, 3U);
  EXPECT_EQ(audit->figures().lost, 99U);
  const auto lines = Lines(ReadFile(path));
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[1].find(R"({"lost":99,"time":)"), 0U);
  EXPECT_EQ(lines[2].find(R"({"time":)"), 0U);
  EXPECT_EQ(Numbers(path), (std::vector<std::uint64_t>{1, 101, 102}));
}

// No new file can be made: nothing is renamed, and no file grows.
TEST_F(AuditTest, ANewFileThatCannotBeMade) {
  const auto audit = Open(kLeast, 3);
  const std::string question(900, 'x');
  std::uint64_t number = 0;
  while (number < 200 && !std::filesystem::exists(path + ".2")) Ask(*audit, ++number, question);
  std::filesystem::create_directory(path + ".new");
  for (int i = 0; i < 300; ++i) Ask(*audit, 5'000, question);
  EXPECT_GT(audit->figures().lost, 200U);
  const std::uint64_t lost = audit->figures().lost;
  std::filesystem::remove(path + ".new");
  Ask(*audit, 6'000, question);
  EXPECT_EQ(audit->figures().lost, lost);
  const auto kept = AllNumbers();
  EXPECT_EQ(std::vector(kept.begin(), kept.begin() + static_cast<std::ptrdiff_t>(number)),
            FromTo(1, number));
  EXPECT_EQ(kept.back(), 6'000U);
}

// However often renaming fails half-way, the files that are kept stay.
TEST_F(AuditTest, ANameThatIsTaken) {
  WriteFile(path + ".2", R"({"rows":1})"
                         "\n");
  std::filesystem::create_directories(path + ".1/x");
  const auto audit = Open(kLeast, 2);
  for (int i = 0; i < 200; ++i) Ask(*audit, 2, std::string(900, 'x'));
  EXPECT_GT(audit->figures().lost, 100U);
  EXPECT_EQ(Numbers(path + ".2"), FromTo(1, 1));
  EXPECT_FALSE(std::filesystem::exists(path + ".new"));
  EXPECT_LE(std::filesystem::file_size(path), kLeast);
  std::filesystem::remove_all(path + ".1");
  Ask(*audit, 3);
  EXPECT_EQ(Numbers(path), FromTo(3, 3));
}

TEST_F(AuditTest, WhatARunLeftInTheMidst) {
  WriteFile(path + ".new", "");
  const auto audit = Open();
  for (std::uint64_t number = 1; number <= 100; ++number)
    Ask(*audit, number, std::string(900, 'x'));
  EXPECT_EQ(AllNumbers(), FromTo(1, 100));
  EXPECT_FALSE(std::filesystem::exists(path + ".new"));
}

TEST_F(AuditTest, OneWriterOnly) {
  auto audit = Open();
  const Status second = WhyNot({path});
  EXPECT_EQ(second.code(), Code::kBusy);
  EXPECT_EQ(second.message(), "audit log " + path + ": another process writes it");
  audit.reset();
  Open();
}

TEST_F(AuditTest, WhatCannotBeOne) {
  EXPECT_EQ(WhyNot({dir.path()}).message(), "audit log " + dir.path() + ": is no regular file");
  ASSERT_EQ(mkfifo((dir / "fifo").c_str(), 0600), 0);
  EXPECT_EQ(WhyNot({dir / "fifo"}).code(), Code::kUsage);
  EXPECT_EQ(WhyNot({"/dev/null"}).code(), Code::kUsage);
  EXPECT_EQ(WhyNot({dir / "none/x"}).message(),
            "audit log " + (dir / "none/x") + ": No such file or directory");
  EXPECT_EQ(WhyNot({path, kLeast - 1}).code(), Code::kUsage);
  EXPECT_EQ(WhyNot({path, kLeast, Audit::kMostKept + 1}).code(), Code::kUsage);
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(AuditTest, AnyThread) {
  const auto audit = Open(kLeast, 20);
  std::vector<std::thread> threads;
  for (std::uint64_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (std::uint64_t i = 0; i < 250; ++i) Ask(*audit, t * 250 + i, std::string(900, 'x'));
    });
  }
  threads.emplace_back([&] {
    for (int i = 0; i < 100; ++i) {
      EXPECT_TRUE(audit->Reopen().ok());
      audit->figures();
    }
  });
  for (std::thread& thread : threads) thread.join();
  const auto all = AllNumbers();
  EXPECT_EQ(all.size(), 1000U);
  EXPECT_EQ(std::set(all.begin(), all.end()).size(), 1000U);
}

}  // namespace
}  // namespace pdns::access
