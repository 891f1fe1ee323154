// The server's side of a control socket, for one client, by hand.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include "unit/support/frame_stream.h"

namespace pdns::testing {

// Listens at `path`; takes one client and no other, reads its line, sends `bytes` in pieces of
// `piece`, and closes.
class FakeIngester {
 public:
  FakeIngester(const std::string& path, std::string bytes, std::size_t piece = 1U << 16)
      : fd_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    unlink(path.c_str());  // left by one before
    if (bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        listen(fd_, 1) != 0) {
      throw std::runtime_error("cannot listen on " + path);
    }
    thread_ = std::thread([this, piece, sent = std::move(bytes)] { Serve(sent, piece); });
  }
  ~FakeIngester() { Join(); }
  FakeIngester(const FakeIngester&) = delete;
  FakeIngester& operator=(const FakeIngester&) = delete;

  // What the client asked, once it was served.
  std::string Asked() {
    Join();
    return asked_;
  }

  static std::string Drop(std::uint64_t frames) {
    return RawControl(U32(0x64726f70) + U32(static_cast<std::uint32_t>(frames >> 32)) +
                      U32(static_cast<std::uint32_t>(frames)));
  }

 private:
  void Join() {
    if (thread_.joinable()) thread_.join();
  }

  void Serve(std::string_view bytes, std::size_t piece) {
    const int client = accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
    close(fd_);
    char byte = 0;
    while (recv(client, &byte, 1, 0) == 1 && byte != '\n') asked_.push_back(byte);
    while (!bytes.empty()) {
      const ssize_t sent = send(client, bytes.data(), std::min(piece, bytes.size()), MSG_NOSIGNAL);
      if (sent <= 0) break;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    close(client);
  }

  int fd_;
  std::string asked_;
  std::thread thread_;
};

}  // namespace pdns::testing
