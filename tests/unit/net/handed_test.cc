// Descriptors on their way from process to process. What changes the process happens in a child.
#include "net/handed.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "unit/support/temp_dir.h"

namespace pdns::net {
namespace {

using pdns::testing::ReadFile;
using pdns::testing::TempDir;
using pdns::testing::WriteFile;

// In a child: its exit code; -1 when it did not exit.
int InChild(const std::function<int()>& work) {
  const pid_t child = fork();
  if (child == 0) _exit(work());
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// Says which condition of a child did not hold.
#define HOLDS(condition)                                                                \
  if (!(condition)) {                                                                   \
    std::fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition); \
    return 1;                                                                           \
  }

void Announce(const std::string& pid, int count, const char* names) {
  setenv("LISTEN_PID", pid.c_str(), 1);
  setenv("LISTEN_FDS", std::to_string(count).c_str(), 1);
  if (names != nullptr) setenv("LISTEN_FDNAMES", names, 1);
}

// The file at `path`, open as `place` without close-on-exec.
void Place(const std::string& path, int place) {
  const int fd = open(path.c_str(), O_RDONLY);
  if (fd == place) return;
  dup2(fd, place);
  close(fd);
}

struct HandedTest : ::testing::Test {
  Descriptor File(const std::string& name) {
    WriteFile(dir / name, "in " + name);
    return Descriptor(open((dir / name).c_str(), O_RDONLY | O_CLOEXEC));
  }

  TempDir dir;
};

TEST_F(HandedTest, NothingWasHanded) {
  EXPECT_EQ(InChild([] {
              unsetenv("LISTEN_FDS");
              HOLDS(ReceiveHanded().empty());
              return 0;
            }),
            0);
}

TEST_F(HandedTest, WhatWasHandedIsTakenOnce) {
  WriteFile(dir / "a", "in a");
  WriteFile(dir / "b", "in b");
  EXPECT_EQ(InChild([this] {
              Place(dir / "a", 3);
              Place(dir / "b", 4);
              Announce(std::to_string(getpid()), 2, "first.socket:second");
              const auto handed = ReceiveHanded();
              HOLDS(handed.size() == 2);
              HOLDS(handed[0].name == "first.socket" && handed[0].fd.get() == 3);
              HOLDS(handed[1].name == "second" && handed[1].fd.get() == 4);
              for (const Handed& one : handed) HOLDS(fcntl(one.fd.get(), F_GETFD) == FD_CLOEXEC);
              char text[4];
              HOLDS(read(4, text, 4) == 4 && std::string(text, 4) == "in b");
              HOLDS(ReceiveHanded().empty());
              HOLDS(std::getenv("LISTEN_FDS") == nullptr);
              HOLDS(std::getenv("LISTEN_PID") == nullptr);
              return 0;
            }),
            0);
}

// A child of the process that was meant inherits the variables, and has no claim.
TEST_F(HandedTest, WhatIsMeantForAnotherProcessIsLeft) {
  EXPECT_EQ(InChild([this] {
              WriteFile(dir / "a", "");
              Place(dir / "a", 3);
              Announce(std::to_string(getppid()), 1, "a");
              HOLDS(ReceiveHanded().empty());
              HOLDS(fcntl(3, F_GETFD) == 0);
              return 0;
            }),
            0);
}

TEST_F(HandedTest, VariablesThatLie) {
  EXPECT_EQ(InChild([] {
              const std::string me = std::to_string(getpid());
              for (const char* count : {"", "x", "-1", "1000000", "99999999999999999999"}) {
                setenv("LISTEN_PID", me.c_str(), 1);
                setenv("LISTEN_FDS", count, 1);
                HOLDS(ReceiveHanded().empty());
              }
              return 0;
            }),
            0);
}

TEST_F(HandedTest, StateFiles) {
  for (const std::string& bytes : {std::string(), std::string("state"), std::string("\0\1\xff", 3),
                                   std::string(1 << 20, 's')}) {
    const auto file = StateFile(bytes);
    ASSERT_TRUE(file.ok());
    EXPECT_EQ(fcntl(file->get(), F_GETFD), FD_CLOEXEC);
    for (int i = 0; i < 2; ++i) {  // wherever its offset stands
      const auto back = ReadStateFile(*file);
      ASSERT_TRUE(back.ok()) << back.status().message();
      EXPECT_EQ(*back, bytes);
    }
  }
}

TEST_F(HandedTest, WhatIsNoStateFile) {
  EXPECT_FALSE(ReadStateFile(Descriptor()).ok());
  EXPECT_EQ(ReadStateFile(Descriptor(open("/dev/zero", O_RDONLY))).status().code(),
            Code::kMalformed);
  EXPECT_EQ(ReadStateFile(Descriptor(open(dir.path().c_str(), O_RDONLY))).status().code(),
            Code::kMalformed);
  WriteFile(dir / "huge", "");
  std::filesystem::resize_file(dir / "huge", std::uintmax_t{1} << 40);  // sparse
  EXPECT_EQ(ReadStateFile(Descriptor(open((dir / "huge").c_str(), O_RDONLY))).status().code(),
            Code::kMalformed);
}

class ReexecuteTest : public HandedTest {
 protected:
  // Becomes a shell that runs `script`; what it wrote to standard output.
  std::string Run(const std::string& script, const std::vector<Handed>& handed) {
    EXPECT_EQ(InChild([&] {
                const int out = open((dir / "out").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
                dup2(out, STDOUT_FILENO);
                close(out);
                // As a parent may have left one open.
                fcntl(STDIN_FILENO, F_DUPFD, 50);
                static_cast<void>(Reexecute("/bin/sh", {"sh", "-c", script}, handed));
                return 1;
              }),
              0);
    return ReadFile(dir / "out");
  }

  // The descriptors' places in the shell, the list's among them.
  static std::string Places(const std::vector<Handed>& handed, int list) {
    std::set<int> places{0, 1, 2, list};
    for (const Handed& one : handed) places.insert(one.fd.get());
    std::string text;
    for (const int place : places) text += std::to_string(place) + "\n";
    return text;
  }
};

// No pipe in the script: the shell may still hold an end of it while a program lists its
// descriptors.
TEST_F(ReexecuteTest, ExactlyWhatIsHandedArrives) {
  std::vector<Handed> handed;
  for (const char* name : {"a", "b"}) handed.push_back({name, File(name)});
  auto state = StateFile("the state");
  ASSERT_TRUE(state.ok());
  handed.push_back({"pdns-state", std::move(*state)});
  const std::string out =
      Run("echo ${PDNS_HANDED%:*} $$; echo ${PDNS_HANDED#*:}; cat /proc/$$/fd/${PDNS_HANDED#*:};"
          "ls -v /proc/$$/fd; :",
          handed);
  std::istringstream words(out);
  int pid = 0;
  int shell = 0;
  int list = 0;
  words >> pid >> shell >> list;
  EXPECT_EQ(pid, shell);
  std::string lines;
  for (const Handed& one : handed) lines += std::to_string(one.fd.get()) + " " + one.name + "\n";
  EXPECT_EQ(out, fmt::format("{} {}\n{}\n{}{}", pid, pid, list, lines, Places(handed, list)));
}

TEST_F(ReexecuteTest, NothingHanded) {
  const std::string out = Run("echo ${PDNS_HANDED#*:}; ls -v /proc/$$/fd; :", {});
  const int list = std::stoi(out);
  EXPECT_EQ(out, std::to_string(list) + "\n" + Places({}, list));
}

// As the next process does it; twice, and by a child of it.
TEST_F(ReexecuteTest, WhatArrivesIsTakenOnce) {
  std::vector<Handed> handed;
  for (const char* name : {"a", "a name of words", ""}) handed.push_back({name, File("f")});
  const int list = StateFile("")->Release();
  std::string lines = "no line\n1 standard\n987 closed\n-1 none\n99999999999 none\n";
  for (const Handed& one : handed) lines += std::to_string(one.fd.get()) + " " + one.name + "\n";
  lines += std::to_string(handed[0].fd.get()) + " twice\n" + std::to_string(list) + " itself";
  ASSERT_EQ(write(list, lines.data(), lines.size()), static_cast<ssize_t>(lines.size()));
  const auto announce = [list](pid_t pid) {
    setenv("PDNS_HANDED", (std::to_string(pid) + ":" + std::to_string(list)).c_str(), 1);
  };
  EXPECT_EQ(InChild([&] {
              announce(getppid());
              HOLDS(ReceiveHanded().empty());
              announce(getpid());
              const auto taken = ReceiveHanded();
              HOLDS(taken.size() == handed.size());
              for (std::size_t i = 0; i < taken.size(); ++i) {
                HOLDS(taken[i].name == handed[i].name);
                HOLDS(taken[i].fd.get() == handed[i].fd.get());
                HOLDS(fcntl(taken[i].fd.get(), F_GETFD) == FD_CLOEXEC);
              }
              HOLDS(std::getenv("PDNS_HANDED") == nullptr);
              HOLDS(ReceiveHanded().empty());
              for (const char* value : {"", ":", "x:3", "1:2", "99999999999:3"}) {
                setenv("PDNS_HANDED", value, 1);
                HOLDS(ReceiveHanded().empty());
              }
              return 0;
            }),
            0);
  close(list);
}

// Every descriptor that the limit allows but one, for the list.
TEST_F(ReexecuteTest, AsManyAsAreOpen) {
  EXPECT_EQ(InChild([] {
              constexpr rlim_t kLimit = 64;
              const rlimit limit{kLimit, kLimit};
              HOLDS(setrlimit(RLIMIT_NOFILE, &limit) == 0);
              std::vector<Handed> handed;
              for (int fd = dup(0); fd >= 0; fd = dup(0)) handed.push_back({"one", Descriptor(fd)});
              handed.pop_back();
              HOLDS(handed.size() > kLimit / 2);
              static_cast<void>(Reexecute("/bin/true", {"true"}, handed));
              return 1;
            }),
            0);
}

// A signal that comes meanwhile would end the program, were it not blocked all the way.
TEST_F(ReexecuteTest, BlockedSignalsStayBlocked) {
  EXPECT_EQ(InChild([] {
              sigset_t hang_up;
              sigemptyset(&hang_up);
              sigaddset(&hang_up, SIGHUP);
              sigprocmask(SIG_SETMASK, &hang_up, nullptr);
              static_cast<void>(Reexecute(
                  "/bin/sh", {"sh", "-c", "exec grep -q '^SigBlk:\t0*1$' /proc/self/status"}, {}));
              return 1;
            }),
            0);
}

TEST_F(ReexecuteTest, AProgramThatIsNotThere) {
  EXPECT_EQ(InChild([this] {
              std::vector<Handed> handed;
              handed.push_back({"f", File("f")});
              const Status status = Reexecute(dir / "none", {"none"}, handed);
              HOLDS(status.code() == Code::kIo);
              HOLDS(status.message().find(dir / "none") != std::string::npos);
              HOLDS(fcntl(handed[0].fd.get(), F_GETFD) == FD_CLOEXEC);
              HOLDS(std::getenv("PDNS_HANDED") == nullptr);
              return 0;
            }),
            0);
}

TEST_F(ReexecuteTest, ADescriptorThatIsNone) {
  EXPECT_EQ(InChild([] {
              std::vector<Handed> handed;
              handed.push_back({"closed", Descriptor(987)});
              const Status status = Reexecute("/bin/true", {"true"}, handed);
              HOLDS(status.code() == Code::kIo);
              return 0;
            }),
            0);
}

}  // namespace
}  // namespace pdns::net
