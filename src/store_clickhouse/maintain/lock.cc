#include "store_clickhouse/maintain/lock.h"

#include <fmt/format.h>

#include <system_error>
#include <utility>

#include "base/log.h"
#include "store_clickhouse/table/mutations.h"

namespace pdns::store_clickhouse {
namespace {

constexpr std::string_view kLockTable = "upkeep";
constexpr std::chrono::seconds kLook(1);
constexpr int kMostLooks = 3 * UpkeepLock::kLooks;  // with those that the server was late to answer
constexpr int kMostTries = 5;                       // others may be faster, and then end

Client::Limits ShortLimits() { return {std::chrono::seconds(5), std::chrono::seconds(10)}; }

}  // namespace

UpkeepLock::UpkeepLock(const Address& address, const std::string& password)
    : address_(address),
      own_(ThisProcess()),
      client_(address, 0, password, ShortLimits()),
      beats_(address, 0, password, ShortLimits()) {}

UpkeepLock::~UpkeepLock() { Release(); }

std::string UpkeepLock::Table(const std::string& aside) const {
  return fmt::format("{}.{}{}{}", address_.database, kLockTable, aside.empty() ? "" : "_", aside);
}

Status UpkeepLock::Busy(const Holder& other) const {
  return Status::Busy(
      fmt::format("{}: another run removes rows there: {}: try again when it is done",
                  address_.text(), other.Words()));
}

// The holder stands in the expression of an ALIAS, so it is made and removed with the table.
Result<std::optional<Holder>> UpkeepLock::ReadHolder(const std::string& aside) {
  auto told = client_.Ask(fmt::format(
      "SELECT concat('=', extract(default_expression, '[0-9a-f]+/[0-9A-Za-z./-]+')) FROM "
      "system.columns WHERE database = '{}' AND table = '{}{}{}' AND name = 'holder' "
      "FORMAT TabSeparated",
      address_.database, kLockTable, aside.empty() ? "" : "_", aside));
  if (!told.ok()) return told.status();
  if (told->empty()) return std::optional<Holder>();
  if (told->ends_with('\n')) told->pop_back();
  auto holder = ParseHolder(std::string_view(*told).substr(1));
  if (holder.has_value()) return holder;
  return Status::Corrupt(
      fmt::format("{}: table {} is not what pdns-admin makes: DROP it if nothing "
                  "else needs it",
                  client_.name(), Table(aside)));
}

// Whatever was answered, the table's definition tells who made it.
Result<bool> UpkeepLock::Create(bool& mine) {
  Status made = client_.Execute(
      fmt::format("CREATE TABLE {} (one UInt8, beat UInt64, holder String ALIAS '{}') ENGINE = "
                  "ReplacingMergeTree(beat) PARTITION BY tuple() ORDER BY one",
                  Table(), own_.Text()));
  const auto holder = ReadHolder();
  if (!holder.ok()) return holder.status();
  mine = holder->has_value() && **holder == own_;
  if (!made.ok() && !holder->has_value()) return made;
  return mine;
}

Result<UpkeepLock::Sign> UpkeepLock::WatchNumber(const Holder& other, const GoOn& go_on) {
  using Clock = std::chrono::steady_clock;
  std::optional<std::uint64_t> before;
  int still = 0;
  for (int i = 0; i < kMostLooks && still <= kLooks; ++i) {
    const Clock::time_point asked = Clock::now();
    const auto number = AskNumber(client_, fmt::format("SELECT max(beat) FROM {}", Table()));
    const auto holder = ReadHolder();
    if (!holder.ok()) return holder.status();
    if (!holder->has_value() || !(**holder == other)) return Sign::kGone;
    if (!number.ok()) return number.status();
    if (before.has_value() && *number != *before) return Sign::kAlive;
    before = *number;
    // A server that is late may not have had the other's number yet, either.
    still = Clock::now() - asked > kLook ? 0 : still + 1;
    if (!PauseFor(kLook, go_on)) return Sign::kEnded;
  }
  return still > kLooks ? Sign::kGone : Sign::kAlive;
}

Result<UpkeepLock::Sign> UpkeepLock::Look(const Holder& other, const GoOn& go_on) {
  if (other.IsGone()) return Sign::kGone;
  LogInfo(fmt::format("{}: {} has begun to remove rows there: looking whether it goes on",
                      address_.text(), other.Words()));
  return WatchNumber(other, go_on);
}

Status UpkeepLock::SetAside(const Holder& dead) {
  const std::string aside = Table(dead.mark);
  // It fails where another run was faster.
  const Status moved = client_.Execute(fmt::format("RENAME TABLE {} TO {}", Table(), aside));
  const auto holder = ReadHolder(dead.mark);
  if (!holder.ok()) return holder.status();
  if (!holder->has_value()) {
    const auto there = ReadHolder();
    if (!there.ok()) return there.status();
    return there->has_value() && **there == dead ? moved : Status();
  }
  if (**holder == dead) {
    LogInfo(fmt::format("{}: {} has ended without its last words: its lock is taken over",
                        address_.text(), dead.Words()));
    return {};
  }
  // The dead one lived on and ended, and this is the lock of its successor.
  Status back = client_.Execute(fmt::format("RENAME TABLE {} TO {}", aside, Table()));
  return back.ok() ? Busy(**holder) : back;
}

Result<bool> UpkeepLock::Lock(const GoOn& go_on) {
  if (locked_) return true;
  std::optional<Holder> other;
  for (int i = 0; i < kMostTries; ++i) {
    const auto holder = ReadHolder();
    if (!holder.ok()) return holder.status();
    if (!holder->has_value()) {
      const auto mine = Create(locked_);
      if (!mine.ok()) return mine.status();
      if (!*mine) continue;
      Status began = StartBeating();
      return began.ok() ? Result<bool>(true) : began;
    }
    other = *holder;
    const auto sign = Look(*other, go_on);
    if (!sign.ok()) return sign.status();
    if (*sign == Sign::kEnded) return false;
    if (*sign == Sign::kAlive) break;
    if (Status aside = SetAside(*other); !aside.ok()) return aside;
  }
  return other.has_value() ? Busy(*other)
                           : Status::Busy(address_.text() + ": others remove rows there");
}

Status UpkeepLock::Check() {
  const auto holder = ReadHolder();
  if (!holder.ok()) return holder.status();
  if (holder->has_value() && **holder == own_) return {};
  return Status::Busy(
      fmt::format("{}: this run stood still for so long that {} took its place: what it began is "
                  "finished by that, or by the next",
                  address_.text(), holder->has_value() ? (*holder)->Words() : "another"));
}

Status UpkeepLock::StartBeating() {
  try {
    beating_ = std::thread([this] { Beat(); });
  } catch (const std::system_error& error) {
    return Status::Io(fmt::format("no thread for the lock of the cluster: {}", error.what()));
  }
  return {};
}

// A number that cannot be raised is told by nobody: what the run itself asks of the server fails,
// too, and says why. The lock of another run gets none.
void UpkeepLock::Beat() {
  for (std::uint64_t number = 1;; ++number) {
    static_cast<void>(beats_.Execute(fmt::format(
        "INSERT INTO {0} (one, beat) SELECT toUInt8(1), toUInt64({1}) FROM system.columns WHERE "
        "database = '{2}' AND table = '{3}' AND position(default_expression, '{4}') > 0",
        Table(), number, address_.database, kLockTable, own_.mark)));
    std::unique_lock lock(mutex_);
    if (changed_.wait_for(lock, kBeat, [this] { return end_; })) return;
  }
}

void UpkeepLock::Release() {
  if (beating_.joinable()) {
    {
      const std::lock_guard lock(mutex_);
      end_ = true;
    }
    changed_.notify_all();
    beating_.join();
  }
  if (!std::exchange(locked_, false)) return;
  if (!Check().ok()) return;
  // First what was set aside, while others cannot set more aside.
  const auto asides = client_.Ask(
      fmt::format("SELECT name FROM system.tables WHERE database = '{}' AND match(name, "
                  "'^{}_[0-9a-f]{{32}}$') FORMAT TabSeparated",
                  address_.database, kLockTable));
  std::string_view names = asides.ok() ? std::string_view(*asides) : std::string_view();
  for (std::size_t end = names.find('\n'); end != std::string_view::npos; end = names.find('\n')) {
    static_cast<void>(
        client_.Execute(fmt::format("DROP TABLE {}.{}", address_.database, names.substr(0, end))));
    names.remove_prefix(end + 1);
  }
  static_cast<void>(client_.Execute(fmt::format("DROP TABLE {}", Table())));
}

}  // namespace pdns::store_clickhouse
