#include "http/connection_table.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace pdns::http {
namespace {

// Whoever has one IPv6 address as a rule has the 2^64 beside it.
constexpr std::size_t kPrefixBytes = 8;
constexpr std::size_t kMappedAt = 12;  // ::ffff:192.0.2.1

}  // namespace

std::string PeerOf(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    return {reinterpret_cast<const char*>(&v4.sin_addr), sizeof v4.sin_addr};
  }
  if (address.ss_family != AF_INET6) return {};
  sockaddr_in6 v6{};
  std::memcpy(&v6, &address, sizeof v6);
  const auto* bytes = reinterpret_cast<const char*>(&v6.sin6_addr);
  if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) return {bytes + kMappedAt, sizeof(in_addr)};
  return {bytes, kPrefixBytes};
}

std::string PeerText(const sockaddr_storage& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const std::string v4 = PeerOf(address);
  if (v4.size() == sizeof(in_addr)) {
    inet_ntop(AF_INET, v4.data(), text.data(), text.size());
  } else if (address.ss_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &address, sizeof v6);
    inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
  }
  return text.data();
}

ConnectionId ConnectionTable::Add(std::string peer, Clock::time_point now) {
  entries_.emplace(++last_, Entry{std::move(peer), now + limits_.header_time, ++last_order_});
  return last_;
}

void ConnectionTable::BeginHeader(ConnectionId id, Clock::time_point now) {
  Entry& entry = entries_.at(id);
  // Of the first request it counts from accept() on.
  if (entry.kept) entry.deadline = now + limits_.header_time;
}

void ConnectionTable::BeginBody(ConnectionId id, Clock::time_point now) {
  entries_.at(id).deadline = now + limits_.body_time;
}

void ConnectionTable::BeginAnswer(ConnectionId id, Clock::time_point now) {
  entries_.at(id).answering = true;
  Pause(id, now);  // until there is something to send
}

void ConnectionTable::GoOn(ConnectionId id, Clock::time_point now) {
  Entry& entry = entries_.at(id);
  entry.paused = false;
  entry.deadline = now + limits_.answer_time;
}

void ConnectionTable::Pause(ConnectionId id, Clock::time_point now) {
  Entry& entry = entries_.at(id);
  entry.paused = true;
  entry.deadline = entry.ended ? now + limits_.ended_time : kNever;
}

void ConnectionTable::EndSide(ConnectionId id, Clock::time_point now) {
  Entry& entry = entries_.at(id);
  entry.ended = true;
  if (entry.paused) Pause(id, now);
}

void ConnectionTable::BeginNext(ConnectionId id, Clock::time_point now) {
  Entry& entry = entries_.at(id);
  entry.answering = entry.paused = false;
  entry.kept = true;
  entry.deadline = now + limits_.idle_time;
  entry.order = ++last_order_;
}

void ConnectionTable::Leave(ConnectionId id) { entries_.at(id).leaving = true; }

void ConnectionTable::Remove(ConnectionId id) { entries_.erase(id); }

std::optional<ConnectionId> ConnectionTable::InTheWayOf(const std::string& peer) const {
  std::size_t all = 0;
  std::size_t of_peer = 0;
  for (const auto& [id, entry] : entries_) {
    if (entry.leaving) continue;
    ++all;
    if (entry.peer == peer) ++of_peer;
  }
  if (of_peer >= limits_.connections_per_address) return OldestOf(&peer);
  if (all >= limits_.connections) return OldestOf(nullptr);
  return std::nullopt;
}

std::optional<ConnectionId> ConnectionTable::Oldest() const { return OldestOf(nullptr); }

std::optional<ConnectionId> ConnectionTable::OldestOf(const std::string* peer) const {
  struct Half {
    std::size_t count = 0;
    std::uint64_t order = 0;
    std::optional<ConnectionId> oldest;
  };
  Half asking;
  Half answered;
  for (const auto& [id, entry] : entries_) {
    if (entry.leaving || (peer != nullptr && entry.peer != *peer)) continue;
    Half& half = entry.answering ? answered : asking;
    ++half.count;
    if (half.oldest && half.order < entry.order) continue;
    half.oldest = id;
    half.order = entry.order;
  }
  return asking.count >= answered.count ? asking.oldest : answered.oldest;
}

std::vector<ConnectionId> ConnectionTable::Due(Clock::time_point now) const {
  std::vector<ConnectionId> due;
  for (const auto& [id, entry] : entries_) {
    if (!entry.leaving && entry.deadline <= now) due.push_back(id);
  }
  return due;
}

std::optional<ConnectionTable::Clock::time_point> ConnectionTable::NextDue() const {
  std::optional<Clock::time_point> next;
  for (const auto& [id, entry] : entries_) {
    if (entry.leaving || entry.deadline == kNever) continue;
    next = std::min(next.value_or(entry.deadline), entry.deadline);
  }
  return next;
}

}  // namespace pdns::http
