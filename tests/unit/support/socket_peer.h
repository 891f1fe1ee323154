// The other end of a Unix socket, as a resolver would hold it; and what an ingester's end gave.
// Headers of the room frame; link pdns_frame.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "frame/listen/connection.h"

namespace pdns::testing {

class FrameList : public frame::FrameSink {
 public:
  void OnFrame(std::size_t socket, Bytes payload) override {
    frames.emplace_back(AsText(payload));
    last_socket = socket;
  }
  void OnBrokenStream(std::size_t socket) override {
    ++broken;
    last_socket = socket;
  }

  std::vector<std::string> frames;
  int broken = 0;
  std::size_t last_socket = 0;
};

class SocketPeer {
 public:
  explicit SocketPeer(int fd) : fd_(fd) {}  // takes it over
  // Connects to the socket at `path`.
  explicit SocketPeer(const std::string& path) : fd_(Connect(path)) {}
  ~SocketPeer() { Close(); }
  SocketPeer(SocketPeer&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  SocketPeer& operator=(SocketPeer&&) = delete;

  // All of it, or an exception: tests send no more than a socket holds.
  void Send(std::string_view bytes) {
    if (TrySend(bytes) != bytes.size()) throw std::runtime_error("the socket takes no more");
  }

  // How much was taken without waiting.
  std::size_t TrySend(std::string_view bytes) {
    const ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    return sent < 0 ? 0 : static_cast<std::size_t>(sent);
  }

  // Waits for the socket to take it.
  void SendAll(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) throw std::runtime_error("the socket is closed");
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  // What has come back by now.
  std::string Received() {
    std::string all;
    std::array<char, 4096> some;
    for (ssize_t n = 1; n > 0;) {
      n = recv(fd_, some.data(), some.size(), MSG_DONTWAIT);
      if (n > 0) all.append(some.data(), static_cast<std::size_t>(n));
    }
    return all;
  }

  // Did the other end close? Reads what came before.
  bool Closed() {
    char byte = 0;
    ssize_t n = 1;
    while (n > 0) n = recv(fd_, &byte, 1, MSG_DONTWAIT);
    return n == 0 || errno == ECONNRESET;
  }

  void Close() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }

  int fd() const { return fd_; }

 private:
  static int Connect(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      close(fd);
      throw std::runtime_error("cannot connect to " + path + ": " + std::strerror(errno));
    }
    return fd;
  }

  int fd_;
};

}  // namespace pdns::testing
