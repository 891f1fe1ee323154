// TLS from a peer that is there and does as it likes. Input: what it does, step by step.
//
// Whatever comes between its records, what is read is a beginning of what it sent, an end stays the
// end, and each Read() ends.
#include "net/tls.h"

#include <sys/socket.h>

#include <memory>
#include <string>
#include <vector>

#include "check.h"
#include "unit/support/temp_dir.h"
#include "unit/support/tls_peer.h"

namespace {

using Outcome = pdns::net::Channel::Outcome;
using pdns::Bytes;
using pdns::testing::TlsPeer;

// Certificates are dear to make: once.
struct World {
  World() {
    authority.Issue(server);
    auto opened = pdns::net::TlsServer::Open(server + ".pem", server + ".key", "");
    MUST_HOLD(opened.ok());
    tls = std::move(*opened);
  }

  pdns::testing::TempDir dir;
  std::string server = dir / "server";
  pdns::testing::Authority authority{dir / "authority"};
  std::unique_ptr<pdns::net::TlsServer> tls;
};

class Session {
 public:
  Session(World& world, int version) {
    int ends[2];
    MUST_HOLD(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    channel_ = world.tls->Accept(pdns::net::Descriptor(ends[0]));
    peer_ = std::make_unique<TlsPeer>(pdns::net::Descriptor(ends[1]), world.authority, "", version);
  }

  void Step(std::uint8_t what, pdns::Cursor& cursor) {
    enum : std::uint8_t { kHandshake, kSend, kUpdate, kRaw, kRead, kAnswer, kGoodbye, kSteps };
    switch (what % kSteps) {
      case kHandshake:
        peer_->Handshake();
        return;
      case kSend: {
        const std::string text(1 + cursor.U8() * std::size_t{90},
                               static_cast<char>('a' + sent_.size() % 26));
        sent_ += text.substr(0, peer_->TrySend(text));
        return;
      }
      case kUpdate:
        for (int i = cursor.U8(); i > 0 && peer_->UpdateKeys(); --i) {
        }
        return;
      case kRaw: {
        const std::uint8_t length = cursor.U8();
        const Bytes raw = cursor.Read(length);
        if (cursor.ok()) send(peer_->fd(), raw.data(), raw.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        return;
      }
      case kRead:
        Read(1 + cursor.U8() * std::size_t{300});
        return;
      case kAnswer:
        channel_->Write(pdns::AsBytes("answer"));
        peer_->Received();
        return;
      case kGoodbye:
        peer_->Goodbye();
        return;
    }
  }

  // To its end: a bound for the reads that it takes.
  void Finish() {
    for (int i = 0; i < 100'000; ++i) {
      const Outcome outcome = Read(65'536);
      if (outcome != Outcome::kBytes && !channel_->pending()) return;
    }
    MUST_HOLD(false);
  }

 private:
  Outcome Read(std::size_t size) {
    room_.resize(size);
    const auto got = channel_->Read(room_);
    MUST_HOLD(got.bytes <= size && (got.outcome == Outcome::kBytes) == (got.bytes > 0));
    read_ += pdns::AsText(Bytes(room_).first(got.bytes));
    MUST_HOLD(sent_.starts_with(read_));
    const bool ends = got.outcome == Outcome::kClosed || got.outcome == Outcome::kFailed;
    MUST_HOLD(!ended_ || ends);
    ended_ = ended_ || ends;
    MUST_HOLD(ended_ == !channel_->reason().empty() || channel_->pending());
    return got.outcome;
  }

  std::unique_ptr<pdns::net::Channel> channel_;
  std::unique_ptr<TlsPeer> peer_;
  std::vector<std::uint8_t> room_;
  std::string sent_;
  std::string read_;
  bool ended_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static World world;
  constexpr int kMostSteps = 300;
  pdns::Cursor cursor(Bytes(data, size));
  Session session(world, cursor.U8() % 2 == 0 ? TLS1_3_VERSION : TLS1_2_VERSION);
  for (int i = 0; i < kMostSteps && cursor.left() > 0; ++i) session.Step(cursor.U8(), cursor);
  session.Finish();
  return 0;
}
