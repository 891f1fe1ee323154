#include "frame/listen/connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <cstring>

#include "frame/listen/handed_state.h"
#include "net/endpoint.h"

namespace pdns::frame {
namespace {
constexpr std::size_t kReadSize = 256U << 10;  // more than a Unix socket holds by default
constexpr int kReadsPerTurn = 4;               // a peer that writes as fast as we read has an end

// READY and STOP that are answered: a stream has one of each, libfstrm tries again after 5 s.
constexpr int kAnswersMost = 1000;
constexpr std::chrono::milliseconds kAnswerEach(10);

// A descriptor that was handed over is but a number that the process before wrote down. A listening
// socket is SOCK_STREAM as well; only SO_ACCEPTCONN (socket(7)) tells it from a connection.
bool IsConnection(int fd) {
  int type = 0;
  int listens = 0;
  socklen_t size = sizeof type;
  return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM &&
         getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 && listens == 0;
}

}  // namespace

Connection::Connection(std::unique_ptr<net::Channel> channel, std::size_t socket)
    : channel_(std::move(channel)),
      socket_(socket),
      peer_(net::PeerName(channel_->fd())),
      splitter_(kReadSize),
      answers_(kAnswersMost, kAnswerEach) {}

Result<std::unique_ptr<Connection>> Connection::Adopt(net::Descriptor fd, std::size_t socket,
                                                      Bytes state) {
  const auto decoded = DecodeHandedState(state);
  if (!decoded) return Status::Malformed("the state of a connection handed over cannot be read");
  if (!IsConnection(fd.get()))
    return Status::Malformed("a descriptor handed over is no connection");
  auto adopted = std::make_unique<Connection>(net::Channel::Plain(std::move(fd)), socket);
  adopted->state_ = decoded->in_data ? State::kData : State::kHandshake;
  adopted->both_ways_ = decoded->both_ways;
  // Never more than one piece, and that not whole: whoever held it had cut what could be cut.
  Bytes rest = decoded->rest;
  while (!rest.empty()) {
    // The splitter grows by what came, so a long rest needs several rounds; none may complete a
    // piece.
    const auto room = adopted->splitter_.Room();
    const std::size_t n = std::min(room.size(), rest.size());
    std::memcpy(room.data(), rest.data(), n);
    adopted->splitter_.Filled(n);
    rest = rest.subspan(n);
    if (adopted->splitter_.Next() != Piece::kNeedMore)
      return Status::Malformed("the state of a connection handed over ends in no part of a frame");
  }
  return adopted;
}

std::string Connection::Export() const {
  return EncodeHandedState({state_ == State::kData, both_ways_, splitter_.rest()});
}

net::Descriptor Connection::Release() {
  state_ = State::kClosed;
  // The destructor must find nothing to close: the next process goes on with the same connection.
  return channel_->Release();
}

std::size_t Connection::Receive(FrameSink& sink) {
  using Outcome = net::Channel::Outcome;
  const auto until = Clock::now() + kTurn;
  std::size_t total = 0;
  // Holds when nothing is left to read at one of the returns below; behind the loop more may be.
  drained_ = true;
  if (uncut_) Cut(sink, until);
  // No more is read than can be handed on: what waits for another turn takes memory.
  for (int turn = 0; turn < kReadsPerTurn && !uncut_; ++turn) {
    // A read is cut at once, and may take its time: none begins in the second half of a turn.
    if (turn > 0 && Clock::now() > until - kTurn / 2) break;
    // The last Cut may have parked it: not one byte more is read of such a peer.
    if (state_ == State::kParked || state_ == State::kClosed) return total;
    const auto got = channel_->Read(splitter_.Room());
    if (got.outcome == Outcome::kWouldBlock) {
      // TLS may hold bytes that no poll tells of.
      drained_ = !channel_->pending();
      return total;
    }
    if (got.outcome != Outcome::kBytes) {
      OnEnd(got.outcome, sink);
      return total;
    }
    total += got.bytes;
    splitter_.Filled(got.bytes);
    Cut(sink, until);
  }
  drained_ = false;
  return total;
}

void Connection::DeliverRest(FrameSink& sink) {
  if (uncut_) Cut(sink, Clock::time_point::max());
}

void Connection::OnEnd(net::Channel::Outcome outcome, FrameSink& sink) {
  if (outcome == net::Channel::Outcome::kFailed) {
    // Data cut off by it counts; before any, nothing was sent that could.
    return state_ == State::kData ? Break(sink, channel_->reason()) : Park(channel_->reason());
  }
  state_ = State::kClosed;
  // An end inside a frame is no broken stream: a resolver that is killed leaves one, and what was
  // whole was handed on.
  reason_ = splitter_.held() > 0 ? channel_->reason() + " inside a frame" : channel_->reason();
}

// The clock is looked at after so many bytes or pieces: a look costs a fiftieth of what they do.
void Connection::Cut(FrameSink& sink, Clock::time_point until) {
  constexpr std::uint64_t kBytesUnlooked = 4096;
  constexpr int kPiecesUnlooked = 50;
  std::uint64_t look_at = splitter_.position() + kBytesUnlooked;
  int pieces = 0;
  uncut_ = false;
  // The state is asked after each piece: a control frame may park the peer, and what follows must
  // not be believed.
  while (state_ == State::kHandshake || state_ == State::kData) {
    switch (splitter_.Next()) {
      case Piece::kNeedMore:
        return;
      case Piece::kControl:
        OnControl(sink);
        break;
      case Piece::kData:
        OnData(sink);
        break;
      case Piece::kBroken:
        Break(sink, "a frame length beyond all limits");
        break;
    }
    if (splitter_.position() < look_at && ++pieces < kPiecesUnlooked) continue;
    look_at = splitter_.position() + kBytesUnlooked;
    pieces = 0;
    // Set although the next piece may not be whole: then the next turn finds that out at once.
    if ((uncut_ = Clock::now() >= until)) return;
  }
}

void Connection::OnData(FrameSink& sink) {
  if (state_ != State::kData) return Break(sink, "data before START");
  ++frames_;
  sink.OnFrame(socket_, splitter_.payload());
}

void Connection::OnControl(FrameSink& sink) {
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
      return Reply(sink, ControlType::kAccept);
    case ControlType::kStart:
      if (!control->suits)
        return Park("starts another content type than " + std::string(kContentType));
      state_ = State::kData;
      return;
    case ControlType::kStop:
      state_ = State::kHandshake;
      // Only to who sent READY: by the Frame Streams specification a writer without READY reads
      // nothing, and what it does not read stays in its socket. Another START may follow.
      if (both_ways_) Reply(sink, ControlType::kFinish);
      return;
    case ControlType::kAccept:
    case ControlType::kFinish:
      return Break(sink, "a control frame that only a reader may send");
  }
}

void Connection::Reply(FrameSink& sink, ControlType type) {
  if (!answers_.Spend(1, Clock::now())) {
    const std::string reason = "READY or STOP over and over";
    // An answer costs a write, hence the allowance. A malformed frame is counted only if frames
    // came before: otherwise nothing was sent that could count.
    return frames_ > 0 ? Break(sink, reason) : Park(reason);
  }
  channel_->Write(AsBytes(EncodeControl(type)));
}

void Connection::Park(std::string reason) {
  state_ = State::kParked;
  // A parked peer may stay connected for long: it keeps its descriptor and no buffer.
  splitter_ = Splitter(kReadSize);  // what it held is lost
  uncut_ = false;
  reason_ = std::move(reason);
}

// Where frames end is not known any more, so nothing that follows can be believed. The peer stays
// connected: one that is dropped comes again at once, with the same.
void Connection::Break(FrameSink& sink, std::string reason) {
  broken_ = true;
  sink.OnBrokenStream(socket_);
  Park(std::move(reason));
}

}  // namespace pdns::frame
