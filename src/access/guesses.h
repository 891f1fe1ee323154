// Who guesses keys, and how long they have to wait: wrong key, peer -> [Guesses] -> Gate.
//
// A peer may send ten wrong keys at once, then one every ten seconds. Until then nothing that it
// sends is compared, a right key neither, or waiting would slow nobody. The same wrong key again is
// no other guess: a script with an old key does not lock out those who share its address.
//
// A peer is an IPv4 address, or the first 64 bits of an IPv6 address, since whoever has one as a
// rule has the 2^64 beside it. All peers of Unix sockets are one. Behind a proxy all clients are
// the proxy: it has to slow them itself.
//
// Memory: kPeers entries, 224 KiB, made at once. If more peers than that guess, the one that has to
// wait least is forgotten.
//
// Times are the caller's. One thread at a time.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace pdns::access {

class Guesses {
 public:
  using Clock = std::chrono::steady_clock;

  static constexpr std::size_t kPeers = 4096;
  static constexpr int kAtOnce = 10;
  static constexpr std::chrono::seconds kEach{10};

  // `seed` is a secret, so that nobody can choose which peers are forgotten.
  explicit Guesses(std::uint64_t seed);

  // How long `peer` ("192.0.2.1", "2001:db8::1") has to wait; 0: not at all.
  std::chrono::nanoseconds Wait(std::string_view peer, Clock::time_point now) const;

  // It has sent this key, which nobody has.
  void Add(std::string_view peer, std::string_view key, Clock::time_point now);

 private:
  static constexpr std::size_t kWays = 8;  // entries that a peer may stand in
  static constexpr std::size_t kRemembered = 4;

  struct Entry {
    std::uint64_t peer = 0;                         // hash of it
    Clock::time_point forgiven;                     // when all of its guesses are
    std::array<std::uint64_t, kRemembered> last{};  // hashes of the last wrong keys
    std::size_t next = 0;                           // which of them is replaced next
  };

  std::uint64_t HashOf(std::string_view peer) const;
  std::size_t FirstOf(std::uint64_t peer) const;

  const std::uint64_t seed_;
  std::vector<Entry> entries_;
};

}  // namespace pdns::access
