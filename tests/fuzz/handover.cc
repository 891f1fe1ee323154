// A connection handed over goes on as if nothing had been. Input: the length of a state in two
// bytes, the state, then what the peer sends next.
//
// A state that is taken is the one that would be given again. The reference is a connection that
// came to the same place by itself: the same frames follow in both, and the same end.
#include <sys/socket.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "check.h"
#include "frame/listen/connection.h"
#include "frame/listen/handed_state.h"

namespace {

using pdns::Bytes;
using pdns::frame::Connection;
using pdns::frame::ControlType;
using pdns::net::Descriptor;

struct Frames final : pdns::frame::FrameSink {
  void OnFrame(std::size_t /*socket*/, Bytes payload) override {
    all.emplace_back(pdns::AsText(payload));
  }
  void OnBrokenStream(std::size_t /*socket*/) override { ++broken; }

  std::vector<std::string> all;
  int broken = 0;
};

std::pair<Descriptor, Descriptor> Pair() {
  int ends[2];
  MUST_HOLD(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

void Push(const Descriptor& peer, Connection& connection, Bytes bytes, Frames& frames) {
  while (!bytes.empty()) {
    const auto state = connection.state();
    if (state == Connection::State::kParked || state == Connection::State::kClosed) return;
    const ssize_t sent = send(peer.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) bytes = bytes.subspan(static_cast<std::size_t>(sent));
    connection.Receive(frames);
  }
  while (!connection.drained()) connection.Receive(frames);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  pdns::Cursor cursor(Bytes(data, size));
  const std::uint16_t length = cursor.U16();
  const Bytes state = cursor.Read(length);
  if (!cursor.ok()) return 0;
  const Bytes next = cursor.Read(cursor.left());

  auto [ours, peer] = Pair();
  const auto adopted = Connection::Adopt(std::move(ours), 0, state);
  if (!adopted.ok()) return 0;
  Connection& connection = **adopted;
  MUST_HOLD(connection.Export() == pdns::AsText(state));

  auto [our_other, other_peer] = Pair();
  Connection reference(pdns::net::Channel::Plain(std::move(our_other)));
  Frames before;
  const auto told = pdns::frame::DecodeHandedState(state);
  std::string way = told->both_ways ? EncodeControl(ControlType::kReady) : std::string();
  if (told->in_data) way += EncodeControl(ControlType::kStart);
  Push(other_peer, reference, pdns::AsBytes(way), before);
  Push(other_peer, reference, told->rest, before);
  MUST_HOLD(before.all.empty() && before.broken == 0);
  MUST_HOLD(reference.Export() == pdns::AsText(state));

  Frames frames;
  Frames expected;
  Push(peer, connection, next, frames);
  Push(other_peer, reference, next, expected);
  MUST_HOLD(frames.all == expected.all);
  MUST_HOLD(frames.broken == expected.broken);
  MUST_HOLD(connection.state() == reference.state());
  MUST_HOLD(connection.Export() == reference.Export());
  return 0;
}
