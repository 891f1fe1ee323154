#include "access/gate.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace pdns::access {
namespace {

using std::chrono::days;
using std::chrono::seconds;

constexpr seconds kMinute{60};
constexpr const char* kBasic = R"(Basic realm="pdns", charset="UTF-8")";
constexpr const char* kBearer = R"(Bearer realm="pdns", error="invalid_token")";

Refusal TooMuch(std::string reason, std::chrono::nanoseconds wait) {
  // Who comes again a moment too early is refused once more.
  const seconds whole = std::chrono::ceil<seconds>(wait);
  return {429,
          fmt::format("{}: try again in {} s", reason, whole.count()),
          {{"Retry-After", std::to_string(whole.count())}}};
}

Refusal NotLetIn(Way way, std::string reason) {
  if (way == Way::kApiKey) return {403, std::move(reason), {}};
  return {401, std::move(reason), {{"WWW-Authenticate", way == Way::kBearer ? kBearer : kBasic}}};
}

Refusal NoKey(Way way) {
  return NotLetIn(way,
                  way == Way::kNone
                      ? "a key is needed: send X-Api-Key, or Authorization: Basic with the key "
                        "as the password"
                      : "no key can be read from what was sent");
}

std::optional<std::uint64_t> LeftOf(std::optional<std::uint64_t> limit, std::uint64_t used) {
  if (!limit.has_value()) return std::nullopt;
  return *limit - std::min(used, *limit);
}

std::chrono::sys_days DayOf(const Time& now) { return std::chrono::floor<days>(now.wall); }

}  // namespace

Time Now() {
  return {std::chrono::steady_clock::now(),
          std::chrono::floor<seconds>(std::chrono::system_clock::now())};
}

void Gate::Usage::GoOn(const Time& now) {
  if (now.steady >= minute_ends) {
    requests = 0;
    minute_ends = now.steady + kMinute;
  }
  // Not only forward: a clock that was wrong and set back must not keep anybody out until then.
  if (day != DayOf(now)) {
    rows = 0;
    day = DayOf(now);
  }
}

std::optional<std::uint64_t> Gate::Usage::RequestsLeft() const {
  return LeftOf(limits.requests_per_minute, requests);
}

std::optional<std::uint64_t> Gate::Usage::RowsLeft() const {
  return LeftOf(limits.rows_per_day, rows);
}

Gate::Gate(KeyList keys) { Replace(std::move(keys)); }

void Gate::Replace(KeyList keys) {
  std::map<std::string, Usage, std::less<>> usage;
  const std::lock_guard lock(mutex_);
  for (const Key& key : keys.keys()) {
    const auto before = usage_.find(key.name);
    Usage& one = usage[key.name];
    if (before != usage_.end()) one = before->second;
    one.limits = key.limits;
  }
  usage_ = std::move(usage);
  keys_ = std::make_shared<const KeyList>(std::move(keys));
}

Decision Gate::Decide(const Credentials& credentials, std::string_view peer, const Time& now,
                      Cost cost) {
  std::shared_ptr<const KeyList> keys;
  {
    const std::lock_guard lock(mutex_);
    if (keys_ == nullptr) return Admitted{};
    if (credentials.key.empty()) return NoKey(credentials.way);
    const auto wait = guesses_.Wait(peer, now.steady);
    if (wait.count() > 0) return TooMuch("too many wrong keys from this address", wait);
    keys = keys_;
  }
  // Without the lock: this is what takes time.
  const Key* const key = keys->Find(credentials.key);
  const std::lock_guard lock(mutex_);
  if (key != nullptr) return Admit(*key, credentials.way, now, cost);
  guesses_.Add(peer, credentials.key, now.steady);
  return NotLetIn(credentials.way, "nobody has this key");
}

Decision Gate::Admit(const Key& key, Way way, const Time& now, Cost cost) {
  const auto found = usage_.find(key.name);
  // A Replace came between.
  if (found == usage_.end()) return NotLetIn(way, "nobody has this key");
  Usage& usage = found->second;
  if (usage.limits.expires.has_value() && now.wall >= *usage.limits.expires)
    return NotLetIn(way, "this key has expired");
  usage.GoOn(now);
  if (cost == Cost::kFree) return Admitted{key.name, usage.RowsLeft()};
  if (usage.RequestsLeft() == 0) {
    return TooMuch(fmt::format("this key has used up requests-per-minute={}",
                               usage.limits.requests_per_minute.value_or(0)),
                   usage.minute_ends - now.steady);
  }
  if (usage.RowsLeft() == 0) {
    return TooMuch(
        fmt::format("this key has used up rows-per-day={}", usage.limits.rows_per_day.value_or(0)),
        usage.day + days(1) - now.wall);
  }
  ++usage.requests;
  return Admitted{key.name, usage.RowsLeft()};
}

bool Gate::StillAdmits(const Credentials& credentials, const Time& now) {
  std::shared_ptr<const KeyList> keys;
  {
    const std::lock_guard lock(mutex_);
    keys = keys_;
  }
  if (keys == nullptr) return true;
  const Key* const key = keys->Find(credentials.key);
  if (key == nullptr) return false;
  return !key->limits.expires.has_value() || now.wall < *key->limits.expires;
}

std::uint64_t Gate::ClaimRows(std::string_view name, std::uint64_t rows, const Time& now) {
  const std::lock_guard lock(mutex_);
  const auto found = usage_.find(name);
  if (found == usage_.end()) return rows;
  Usage& usage = found->second;
  usage.GoOn(now);
  rows = std::min(rows, usage.RowsLeft().value_or(rows));
  usage.rows += std::min(rows, std::numeric_limits<std::uint64_t>::max() - usage.rows);
  return rows;
}

std::optional<Allotment> Gate::Left(std::string_view name, const Time& now) {
  const std::lock_guard lock(mutex_);
  const auto found = usage_.find(name);
  if (found == usage_.end()) return std::nullopt;
  Usage& usage = found->second;
  usage.GoOn(now);
  const auto minute_left = std::chrono::ceil<seconds>(usage.minute_ends - now.steady);
  return Allotment{usage.limits, usage.RequestsLeft(), usage.RowsLeft(), now.wall + minute_left,
                   usage.day + days(1)};
}

}  // namespace pdns::access
