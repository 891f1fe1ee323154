#include "tap/source_live.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include "unit/support/fake_ingester.h"
#include "unit/support/tapped.h"
#include "unit/support/temp_dir.h"

namespace pdns::tap {
namespace {

using testing::AddressResponse;
using testing::DataFrame;
using testing::ExchangePayload;
using testing::FakeIngester;
using testing::OutputPipe;
using testing::RawControl;
using testing::StartFrame;
using testing::StopFrame;
using testing::U32;

constexpr std::chrono::milliseconds kNoPatience(0);
const std::string kOk = "{\"ok\":true}\n";

struct Taken {
  Status status;
  Counts counts;
  std::string asked;
};

// Taps an ingester that sends these bytes.
Taken Take(const std::string& bytes, std::size_t piece = 1U << 16) {
  const testing::TempDir dir;
  const std::string path = dir / "control.sock";
  FakeIngester ingester(path, bytes, piece);
  OutputPipe pipe;
  const Stop interrupt;
  Stop stop;
  Printer printer({}, pipe.fd(), interrupt, stop);
  Status status = TakeLive(path, kNoPatience, stop, printer);
  return {std::move(status), printer.counts(), ingester.Asked()};
}

std::string Frame(const std::string& name) {
  return DataFrame(ExchangePayload(AddressResponse(name)));
}

void ExpectFailed(const Taken& taken, Code code, const std::string& words) {
  EXPECT_EQ(taken.status.code(), code) << words;
  EXPECT_NE(taken.status.message().find(words), std::string::npos) << taken.status.message();
}

TEST(TakeLive, FramesAndWhatWasLeftOut) {
  const std::string stream = StartFrame() + Frame("a.org") + FakeIngester::Drop(7) +
                             Frame("b.org") + FakeIngester::Drop((std::uint64_t{1} << 32) + 1) +
                             StopFrame();
  for (const std::size_t piece : {std::size_t{1}, std::size_t{1} << 16}) {
    const Taken taken = Take(kOk + stream, piece);
    EXPECT_TRUE(taken.status.ok()) << taken.status.message();
    EXPECT_EQ(taken.asked, "{\"op\":\"tap\"}");
    EXPECT_EQ(taken.counts.seen, 2U);
    EXPECT_EQ(taken.counts.left_out, (std::uint64_t{1} << 32) + 8);
  }
}

TEST(TakeLive, TheIngesterGoesWithoutStop) {
  const Taken taken = Take(kOk + StartFrame() + Frame("a.org") + "\0\0");
  EXPECT_TRUE(taken.status.ok());
  EXPECT_EQ(taken.counts.seen, 1U);
}

TEST(TakeLive, AnIngesterThatComesBackIsJoinedAnew) {
  const testing::TempDir dir;
  const std::string path = dir / "control.sock";
  OutputPipe pipe;
  const Stop interrupt;
  Stop stop;
  PrintOptions options;
  options.live = true;
  Printer printer(options, pipe.fd(), interrupt, stop);
  auto first = std::make_unique<FakeIngester>(path, kOk + StartFrame() + Frame("a.org"));
  Status status = Status::Io("not run");
  std::thread tap([&] { status = TakeLive(path, std::chrono::hours(1), stop, printer); });
  EXPECT_NE(pipe.Read().find("a.org"), std::string::npos);
  first.reset();
  testing::FakeIngester second(path, kOk + StartFrame() + Frame("b.org") + StopFrame());
  EXPECT_NE(pipe.Read().find("b.org"), std::string::npos);
  stop.Request();
  tap.join();
  EXPECT_TRUE(status.ok()) << status.message();
  EXPECT_EQ(printer.counts().seen, 2U);
}

TEST(TakeLive, TheIngesterRefuses) {
  ExpectFailed(Take("{\"error\":\"no such \\u001bop\",\"code\":64}\n"), Code::kUsage, "no such");
  ExpectFailed(Take("{\"error\":\"gone\",\"code\":66}\n"), Code::kNoInput, "gone");
  ExpectFailed(Take("{\"error\":\"busy\",\"code\":74}\n"), Code::kIo, "busy");
  ExpectFailed(Take("{\"ok\":false}\n"), Code::kIo, "{\"ok\":false}");
  ExpectFailed(Take("{\"error\":5,\"code\":\"x\"}\n"), Code::kIo, "error");
}

TEST(TakeLive, AnAnswerThatCannotBeRead) {
  ExpectFailed(Take(""), Code::kIo, "without an answer");
  ExpectFailed(Take("{\"ok\":true}"), Code::kIo, "without an answer");
  ExpectFailed(Take("HTTP/1.1 400\n"), Code::kIo, "cannot be read");
  ExpectFailed(Take("[]\n"), Code::kIo, "cannot be read");
  ExpectFailed(Take(std::string(40000, '[') + "\n"), Code::kIo, "cannot be read");
  ExpectFailed(Take(std::string(100000, 'x')), Code::kIo, "no end");
}

TEST(TakeLive, AStreamThatCannotBeRead) {
  const std::string start = kOk + StartFrame();
  ExpectFailed(Take(kOk + Frame("a.org")), Code::kIo, "before START");
  ExpectFailed(Take(start + U32(1U << 30)), Code::kIo, "beyond all limits");
  ExpectFailed(Take(start + RawControl(U32(99))), Code::kIo, "control frame");
  ExpectFailed(Take(start + RawControl(U32(0x64726f70) + U32(1))), Code::kIo, "drop");
  ExpectFailed(Take(start + RawControl(U32(0x64726f70) + std::string(9, '\0'))), Code::kIo, "drop");
  ExpectFailed(Take(kOk + testing::ControlFrame(testing::kStart, {"other"})), Code::kIo,
               "content type");
}

TEST(TakeLive, NobodyIsThere) {
  const testing::TempDir dir;
  OutputPipe pipe;
  Stop stop;
  Printer printer({}, pipe.fd(), stop, stop);
  EXPECT_EQ(TakeLive(dir / "none", kNoPatience, stop, printer).code(), Code::kNoInput);
  testing::WriteFile(dir / "file", "");
  EXPECT_EQ(TakeLive(dir / "file", kNoPatience, stop, printer).code(), Code::kNoInput);
  EXPECT_EQ(TakeLive(dir / std::string(200, 'x'), kNoPatience, stop, printer).code(), Code::kUsage);
  EXPECT_EQ(TakeLive("", kNoPatience, stop, printer).code(), Code::kUsage);
}

}  // namespace
}  // namespace pdns::tap
