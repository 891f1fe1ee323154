#include "access/guesses.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <string>

#include "base/bytes.h"
#include "base/hash.h"

namespace pdns::access {
namespace {

constexpr std::size_t kPrefixBytes = 8;
constexpr std::size_t kMappedAt = 12;  // ::ffff:192.0.2.1

// What counts as one peer, as bytes. What is no address stands for itself.
std::string PeerBytes(std::string_view peer) {
  std::string text(peer.substr(0, peer.find('%')));  // without the interface: fe80::1%eth0
  in_addr v4{};
  if (inet_pton(AF_INET, text.c_str(), &v4) == 1)
    return {reinterpret_cast<const char*>(&v4), sizeof v4};
  in6_addr v6{};
  if (inet_pton(AF_INET6, text.c_str(), &v6) != 1) return text;
  const auto* bytes = reinterpret_cast<const char*>(&v6);
  if (IN6_IS_ADDR_V4MAPPED(&v6)) return {bytes + kMappedAt, sizeof v4};
  return {bytes, kPrefixBytes};
}

}  // namespace

Guesses::Guesses(std::uint64_t seed) : seed_(seed), entries_(kPeers) {}

std::uint64_t Guesses::HashOf(std::string_view peer) const {
  return Hash64(AsBytes(PeerBytes(peer)), seed_);
}

// The entries of a peer are kWays beside each other.
std::size_t Guesses::FirstOf(std::uint64_t peer) const {
  static_assert(kPeers % kWays == 0);
  return peer % (kPeers / kWays) * kWays;
}

std::chrono::nanoseconds Guesses::Wait(std::string_view peer, Clock::time_point now) const {
  const std::uint64_t hash = HashOf(peer);
  const Entry* const first = &entries_[FirstOf(hash)];
  const Entry* const found =
      std::find_if(first, first + kWays, [&](const Entry& entry) { return entry.peer == hash; });
  if (found == first + kWays) return {};
  const auto wait = found->forgiven - now - (kAtOnce - 1) * kEach;
  return std::max<Clock::duration>(wait, {});
}

void Guesses::Add(std::string_view peer, std::string_view key, Clock::time_point now) {
  const std::uint64_t hash = HashOf(peer);
  Entry* const first = &entries_[FirstOf(hash)];
  Entry* entry =
      std::find_if(first, first + kWays, [&](const Entry& one) { return one.peer == hash; });
  if (entry == first + kWays) {
    entry = std::min_element(first, first + kWays, [](const Entry& a, const Entry& b) {
      return a.forgiven < b.forgiven;
    });
    *entry = Entry{};
    entry->peer = hash;
  }
  const std::uint64_t guess = Hash64(AsBytes(key), seed_);
  if (std::find(entry->last.begin(), entry->last.end(), guess) != entry->last.end()) return;
  entry->last[entry->next] = guess;
  entry->next = (entry->next + 1) % kRemembered;
  entry->forgiven = std::max(entry->forgiven, now) + kEach;
}

}  // namespace pdns::access
