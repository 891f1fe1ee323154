#include "net/channel.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>

namespace pdns::net {
namespace {

class PlainChannel final : public Channel {
 public:
  explicit PlainChannel(Descriptor fd) : Channel(std::move(fd)) {}

  Got Read(std::span<std::uint8_t> into) override {
    ssize_t got = -1;
    do {
      got = recv(fd_.get(), into.data(), into.size(), MSG_DONTWAIT);
    } while (got < 0 && errno == EINTR);
    if (got > 0) return {Outcome::kBytes, static_cast<std::size_t>(got)};
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return {Outcome::kWouldBlock};
    // A reset is the way of those who close and leave our answers unread.
    reason_ = got == 0 || errno == ECONNRESET ? "closed" : std::strerror(errno);
    return {Outcome::kClosed};
  }

  void Write(Bytes bytes) override {
    // Into a socket that we alone write to: when they do not fit, or the peer is gone (Unbound
    // closes right after STOP), there is nobody to wait for. Its hang-up arrives by reading.
    [[maybe_unused]] const ssize_t sent =
        send(fd_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  }

  bool plain() const override { return true; }
  Descriptor Release() override { return std::move(fd_); }
};

}  // namespace

std::unique_ptr<Channel> Channel::Plain(Descriptor fd) {
  return std::make_unique<PlainChannel>(std::move(fd));
}

}  // namespace pdns::net
