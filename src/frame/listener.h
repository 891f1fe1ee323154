// A Unix socket that resolvers write dnstap to: path -> [Listener] -> frames of all its
// connections.
//
// The reader creates the socket. A file left by a dead process is replaced; a socket that a live
// process holds, and a file that is no socket, are never touched. Group-writable (0660): resolvers
// run as users of their own.
//
// One thread at a time; any number of connections up to a limit, beyond which peers wait in the
// kernel.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <unordered_map>

#include "base/status.h"
#include "frame/connection.h"

namespace pdns::frame {

class Listener {
 public:
  static constexpr std::size_t kMaxConnections = 1000;

  // kIo, with the holder's pid where the system tells it, when `path` is in use; kIo or kUsage when
  // it cannot be bound. `wake_fd` (may be -1) ends a Poll when it becomes readable.
  static Result<std::unique_ptr<Listener>> Open(const std::string& path, int wake_fd);
  ~Listener();  // closes all connections, removes the socket file
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // Waits up to `timeout` for peers, then reads each that has something, once. True when anything
  // was read; errors of single peers end those peers only.
  bool Poll(std::chrono::milliseconds timeout, FrameSink& sink);

  // Reads what peers have sent already, for at most `limit`; for the end.
  void ReadRest(std::chrono::milliseconds limit, FrameSink& sink);

  const std::string& path() const { return path_; }
  std::size_t connections() const { return peers_.size(); }

 private:
  using Clock = std::chrono::steady_clock;
  struct Peer {
    std::unique_ptr<Connection> connection;
    Clock::time_point parked_until{};
    std::string noted;  // the last reason that was logged
  };

  Listener(std::string path, int listen_fd, int epoll_fd);
  bool Accept();
  void StopAccepting();
  bool Serve(int fd, FrameSink& sink);
  void Note(Peer& peer);
  void CloseParked();
  bool Watch(int fd, unsigned events, int operation) const;
  void ListenAgainIfRoom();

  std::string path_;
  int listen_fd_;
  int epoll_fd_;
  dev_t device_ = 0;  // of the socket file we made, to remove no other
  ino_t inode_ = 0;
  std::size_t limit_;  // connections at once
  bool accepting_ = true;
  std::size_t room_below_ = 0;     // while not accepting: again with fewer peers than this ...
  Clock::time_point try_again_{};  // ... or, below the limit, at this time
  Clock::time_point next_warning_{};
  std::size_t parked_ = 0;
  std::unordered_map<int, Peer> peers_;
};

}  // namespace pdns::frame
