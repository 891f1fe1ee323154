#include "frame/connection.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace pdns::frame {
namespace {
constexpr std::size_t kReadSize = 256U << 10;
constexpr int kReadsPerTurn = 4;
}  // namespace

Connection::Connection(int fd) : fd_(fd), splitter_(kReadSize) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (getsockopt(fd_, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0) peer_pid_ = peer.pid;
}

Connection::~Connection() { close(fd_); }

bool Connection::Receive(FrameSink& sink) {
  bool any = false;
  for (int turn = 0; turn < kReadsPerTurn; ++turn) {
    if (state_ == State::kParked || state_ == State::kClosed) break;
    const auto room = splitter_.Room();
    const ssize_t got = recv(fd_, room.data(), room.size(), MSG_DONTWAIT);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
    if (got <= 0) {
      Close(splitter_.held() > 0 ? "closed inside a frame" : "closed");
      break;
    }
    any = true;
    splitter_.Filled(static_cast<std::size_t>(got));
    Cut(sink);
  }
  return any;
}

void Connection::Cut(FrameSink& sink) {
  while (state_ == State::kHandshake || state_ == State::kData) {
    switch (splitter_.Next()) {
      case Piece::kNeedMore:
        return;
      case Piece::kControl:
        TakeControl(sink);
        break;
      case Piece::kData:
        if (state_ == State::kData) {
          sink.OnFrame(splitter_.payload());
        } else {
          Break(sink, "data before START");
        }
        break;
      case Piece::kBroken:
        Break(sink, "a frame length beyond all limits");
        break;
    }
  }
}

void Connection::TakeControl(FrameSink& sink) {
  const auto control = DecodeControl(splitter_.payload());
  if (!control.has_value()) return Break(sink, "a control frame that cannot be read");
  switch (control->type) {
    case ControlType::kReady:
      // ACCEPT names what we take. A peer that offered something else sees it there and gives up,
      // or asks again on this connection; either is cheap.
      both_ways_ = true;
      state_ = State::kHandshake;
      if (!control->suits)
        reason_ = "offers another content type than " + std::string(kContentType);
      return Reply(ControlType::kAccept);
    case ControlType::kStart:
      if (!control->suits)
        return Park("starts another content type than " + std::string(kContentType));
      state_ = State::kData;
      return;
    case ControlType::kStop:
      state_ = State::kHandshake;
      if (both_ways_) Reply(ControlType::kFinish);
      return;
    case ControlType::kAccept:
    case ControlType::kFinish:
      return Break(sink, "a control frame that only a reader may send");
  }
}

void Connection::Reply(ControlType type) {
  const std::string frame = EncodeControl(type);
  // A few bytes into a socket we alone write to: when they do not fit, or the peer is gone (Unbound
  // closes right after STOP), there is nobody to wait for. Its hang-up arrives by reading.
  [[maybe_unused]] const ssize_t sent =
      send(fd_, frame.data(), frame.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

void Connection::Park(std::string reason) {
  state_ = State::kParked;
  reason_ = std::move(reason);
}

void Connection::Break(FrameSink& sink, std::string reason) {
  sink.OnBrokenStream();
  Park(std::move(reason));
}

void Connection::Close(std::string reason) {
  state_ = State::kClosed;
  reason_ = std::move(reason);
}

}  // namespace pdns::frame
