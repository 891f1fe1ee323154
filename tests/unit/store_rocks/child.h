// Another process that has a database: RocksDB's threads do not survive a fork, so the program
// starts itself anew for one of its DISABLED tests.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <string>

namespace pdns::store_rocks {

class Child {
 public:
  // Runs the test Child.DISABLED_<test> with `database`.
  Child(const std::string& test, const std::string& database) {
    std::array<int, 2> ends{};
    if (pipe(ends.data()) != 0) std::abort();
    pid_ = fork();
    if (pid_ == 0) {
      setenv(kDatabase, database.c_str(), 1);
      setenv(kPipe, std::to_string(ends[1]).c_str(), 1);
      // This one test, whatever part of all the parent runs.
      unsetenv("GTEST_TOTAL_SHARDS");
      unsetenv("GTEST_SHARD_INDEX");
      const std::string filter = "--gtest_filter=Child.DISABLED_" + test;
      execl("/proc/self/exe", "child", "--gtest_also_run_disabled_tests", "--gtest_brief=1",
            filter.c_str(), nullptr);
      _exit(127);
    }
    close(ends[1]);
    told_ = ends[0];
  }
  ~Child() {
    Kill();
    close(told_);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t pid() const { return pid_; }

  // Waits for a word of the child (Tell); false when it has ended.
  bool Await() {
    char byte = 0;
    return read(told_, &byte, 1) == 1;
  }

  // Ends it at once and waits for its end.
  void Kill() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

  // Of the child: its database, and a word to the parent.
  static std::string Database() { return std::getenv(kDatabase); }
  static void Tell() {
    const char byte = '!';
    if (write(std::atoi(std::getenv(kPipe)), &byte, 1) != 1) _exit(1);
  }

 private:
  static constexpr const char* kDatabase = "PDNS_TEST_CHILD_DATABASE";
  static constexpr const char* kPipe = "PDNS_TEST_CHILD_PIPE";

  pid_t pid_ = 0;
  int told_ = -1;
};

}  // namespace pdns::store_rocks
