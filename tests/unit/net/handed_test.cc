// Descriptors on their way from process to process. What changes the process happens in a child.
#include "net/handed.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>
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
              HOLDS(TakeHanded().empty());
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
              const auto handed = TakeHanded();
              HOLDS(handed.size() == 2);
              HOLDS(handed[0].name == "first.socket" && handed[0].fd.get() == 3);
              HOLDS(handed[1].name == "second" && handed[1].fd.get() == 4);
              for (const Handed& one : handed) HOLDS(fcntl(one.fd.get(), F_GETFD) == FD_CLOEXEC);
              char text[4];
              HOLDS(read(4, text, 4) == 4 && std::string(text, 4) == "in b");
              HOLDS(TakeHanded().empty());
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
              HOLDS(TakeHanded().empty());
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
                HOLDS(TakeHanded().empty());
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
  std::string Run(const std::string& script, std::vector<Handed> handed) {
    EXPECT_EQ(InChild([&] {
                const int out = open((dir / "out").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
                dup2(out, STDOUT_FILENO);
                close(out);
                // As a parent may have left one open; and one of ours, in the way of the handed.
                fcntl(STDIN_FILENO, F_DUPFD, 50);
                fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
                static_cast<void>(Reexecute("/bin/sh", {"sh", "-c", script}, std::move(handed)));
                return 1;
              }),
              0);
    return ReadFile(dir / "out");
  }
};

TEST_F(ReexecuteTest, ExactlyWhatIsHandedArrives) {
  std::vector<Handed> handed;
  handed.push_back({"a", File("a")});
  handed.push_back({"b", File("b")});
  auto state = StateFile("the state");
  ASSERT_TRUE(state.ok());
  handed.push_back({"pdns-state", std::move(*state)});
  EXPECT_EQ(Run("echo $LISTEN_FDS $LISTEN_FDNAMES; test $LISTEN_PID = $$ && echo mine;"
                "cat <&3; echo; cat <&4; echo; cat /proc/$$/fd/5; echo; ls /proc/$$/fd",
                std::move(handed)),
            "3 a:b:pdns-state\nmine\nin a\nin b\nthe state\n0\n1\n2\n3\n4\n5\n");
}

// Their places are each other's. No pipe in the script: the shell may still hold an end of it while
// a program lists its descriptors.
TEST_F(ReexecuteTest, InWhateverOrderTheyLie) {
  std::vector<Handed> handed;
  for (int i = 0; i < 9; ++i) handed.push_back({std::to_string(i), File(std::to_string(i))});
  std::reverse(handed.begin(), handed.end());
  EXPECT_EQ(Run("cat <&3; cat <&4; cat <&7; cat /proc/$$/fd/11; echo; ls -v /proc/$$/fd; :",
                std::move(handed)),
            "in 8in 7in 4in 0\n0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n");
}

TEST_F(ReexecuteTest, NothingHanded) {
  EXPECT_EQ(Run("echo $LISTEN_FDS; ls /proc/$$/fd", {}), "0\n0\n1\n2\n");
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
              const Status status = Reexecute(dir / "none", {"none"}, {});
              HOLDS(status.code() == Code::kIo);
              HOLDS(status.message().find(dir / "none") != std::string::npos);
              return 0;
            }),
            0);
}

TEST_F(ReexecuteTest, ADescriptorThatIsNone) {
  EXPECT_EQ(InChild([] {
              std::vector<Handed> handed;
              handed.push_back({"closed", Descriptor(987)});
              const Status status = Reexecute("/bin/true", {"true"}, std::move(handed));
              HOLDS(status.code() == Code::kIo);
              return 0;
            }),
            0);
}

}  // namespace
}  // namespace pdns::net
