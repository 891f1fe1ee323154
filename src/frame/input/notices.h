// What happens to files and folders, as something that can be waited for: inotify -> [Notices].
//
// A tick, if one is asked for, stands in where inotify says nothing (network file systems, no
// watch left). One thread at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"

namespace pdns::frame {

struct Notice {
  int watch = -1;          // as Watch() returned it; -1 where notices were lost
  std::uint32_t mask = 0;  // IN_... of <sys/inotify.h>
  std::string name;        // within a watched folder
};

class Notices {
 public:
  // kIo: no descriptor is left. Without inotify there are ticks only.
  static Result<std::unique_ptr<Notices>> Open();
  ~Notices();
  Notices(const Notices&) = delete;
  Notices& operator=(const Notices&) = delete;

  // Readable when there is something to Read(), a tick counting as such. Belongs to this object.
  int fd() const { return epoll_; }

  // Asks for the events of `mask` at `path`; the number that notices carry, or -1 with errno. A
  // file that is watched already keeps its number.
  int Watch(const std::string& path, std::uint32_t mask) const;

  // Asks no more; notices at hand still come.
  void Unwatch(int watch) const;

  // fd() becomes readable every `period` from now on; 0: no more.
  void Tick(std::chrono::milliseconds period);

  // What came since the last time; does not wait. Ends the tick at hand.
  std::vector<Notice> Read();

 private:
  Notices() = default;

  int epoll_ = -1;
  int inotify_ = -1;
  int timer_ = -1;
  std::chrono::milliseconds period_{0};
};

}  // namespace pdns::frame
