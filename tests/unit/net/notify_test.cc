// What a service manager hears, on the socket that it would listen on.
#include "net/notify.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>

#include "net/descriptor.h"
#include "unit/support/temp_dir.h"

namespace pdns::net {
namespace {

using pdns::testing::TempDir;

struct Heard {
  std::string text;
  Descriptor fd;  // that came with it, or none
};

class NotifyTest : public ::testing::Test {
 protected:
  NotifyTest() : manager_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path_.data(), path_.size());
    EXPECT_EQ(bind(manager_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    setenv("NOTIFY_SOCKET", path_.c_str(), 1);
  }
  ~NotifyTest() override {
    for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) unsetenv(name);
  }

  // One message; empty when there is none and `wait` says not to.
  Heard Hear(int wait = MSG_DONTWAIT) const {
    std::array<char, 4096> text;
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    iovec room{text.data(), text.size()};
    msghdr message{};
    message.msg_iov = &room;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t got = recvmsg(manager_.get(), &message, MSG_CMSG_CLOEXEC | wait);
    Heard heard;
    if (got > 0) heard.text.assign(text.data(), static_cast<std::size_t>(got));
    const cmsghdr* rights = got > 0 ? CMSG_FIRSTHDR(&message) : nullptr;
    if (rights != nullptr && rights->cmsg_type == SCM_RIGHTS) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(rights), sizeof fd);
      heard.fd = Descriptor(fd);
    }
    return heard;
  }

  TempDir dir_;
  std::string path_ = dir_ / "notify";
  Descriptor manager_;
};

TEST_F(NotifyTest, AssignmentsAsTheyAre) {
  EXPECT_TRUE(HasManager());
  Notify("READY=1");
  Notify("STATUS=12 frames\nWATCHDOG=1");
  EXPECT_EQ(Hear().text, "READY=1");
  EXPECT_EQ(Hear().text, "STATUS=12 frames\nWATCHDOG=1");
  EXPECT_EQ(Hear().text, "");
}

TEST_F(NotifyTest, StoresACopyOfTheDescriptor) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  Descriptor reader(ends[0]);
  {
    const Descriptor writer(ends[1]);
    EXPECT_TRUE(StoreDescriptor("pdns-peer-1", writer.get()));
  }
  const Heard heard = Hear();
  EXPECT_EQ(heard.text, "FDSTORE=1\nFDPOLL=0\nFDNAME=pdns-peer-1");
  ASSERT_TRUE(heard.fd.valid());
  EXPECT_EQ(write(heard.fd.get(), "x", 1), 1);
  char byte = 0;
  EXPECT_EQ(read(reader.get(), &byte, 1), 1);
  ForgetDescriptor("pdns-peer-1");
  const Heard forgotten = Hear();
  EXPECT_EQ(forgotten.text, "FDSTOREREMOVE=1\nFDNAME=pdns-peer-1");
  EXPECT_FALSE(forgotten.fd.valid());
  EXPECT_FALSE(StoreDescriptor("none", -1));
}

TEST_F(NotifyTest, WaitsUntilTheManagerHasReadAll) {
  Notify("STOPPING=1");
  std::atomic<bool> read_all{false};
  std::thread manager([&] {
    EXPECT_EQ(Hear(0).text, "STOPPING=1");
    const Heard barrier = Hear(0);
    EXPECT_EQ(barrier.text, "BARRIER=1");
    EXPECT_TRUE(barrier.fd.valid());
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    read_all = true;
  });
  AwaitManager();
  EXPECT_TRUE(read_all);
  manager.join();
}

TEST_F(NotifyTest, WithoutAManagerNothingHappens) {
  for (const char* value : {static_cast<const char*>(nullptr), ""}) {
    if (value == nullptr) {
      unsetenv("NOTIFY_SOCKET");
    } else {
      setenv("NOTIFY_SOCKET", value, 1);
    }
    EXPECT_FALSE(HasManager());
    Notify("READY=1");
    EXPECT_FALSE(StoreDescriptor("x", STDIN_FILENO));
    ForgetDescriptor("x");
    AwaitManager();
  }
  EXPECT_EQ(Hear().text, "");
}

TEST_F(NotifyTest, AManagerThatIsGoneIsNoMatter) {
  manager_ = Descriptor();
  Notify("READY=1");
  EXPECT_FALSE(StoreDescriptor("x", STDIN_FILENO));
  AwaitManager();
}

TEST_F(NotifyTest, Watchdog) {
  using std::chrono::microseconds;
  EXPECT_EQ(WatchdogInterval(), microseconds(0));
  setenv("WATCHDOG_USEC", "2000000", 1);
  EXPECT_EQ(WatchdogInterval(), microseconds(2'000'000));
  setenv("WATCHDOG_PID", std::to_string(getpid()).c_str(), 1);
  EXPECT_EQ(WatchdogInterval(), microseconds(2'000'000));
  EXPECT_EQ(WatchdogInterval(), microseconds(2'000'000));  // it is kept for a re-exec
  setenv("WATCHDOG_PID", "1", 1);
  EXPECT_EQ(WatchdogInterval(), microseconds(0));
  for (const char* bad : {"", "soon", "-1", "0"}) {
    unsetenv("WATCHDOG_PID");
    setenv("WATCHDOG_USEC", bad, 1);
    EXPECT_EQ(WatchdogInterval(), microseconds(0)) << bad;
  }
}

}  // namespace
}  // namespace pdns::net
