#include "store_clickhouse/table/mutations.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "base/bytes.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/whole_number.h"
#include "store_clickhouse/little_endian.h"
#include "store_clickhouse/schema.h"

namespace pdns::store_clickhouse {

Result<std::uint64_t> AskNumber(Client& client, const std::string& sql) {
  auto told = client.Ask(sql + " FORMAT TabSeparated");
  if (!told.ok()) return told.status();
  std::string_view text = *told;
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (const auto number = WholeNumber<std::uint64_t>(text); number.has_value()) return *number;
  return Status::Malformed(client.name() + ": its answer is no number");
}

bool PauseFor(std::chrono::milliseconds time, const Mutations::GoOn& go_on) {
  constexpr std::chrono::milliseconds kPart(50);
  for (; time.count() > 0; time -= kPart) {
    if (go_on && !go_on()) return false;
    std::this_thread::sleep_for(std::min(time, kPart));
  }
  return !go_on || go_on();
}

std::string NewMark() { return fmt::format("{:016x}{:016x}", RandomSeed(), RandomSeed()); }

std::string Mutations::Where(std::string_view mark) const {
  return fmt::format(
      " FROM system.mutations WHERE database = '{}' AND table = '{}' AND position(command, '{}') > "
      "0",
      address_.database, kTable, mark);
}

Result<std::uint64_t> Mutations::Count(Client& client, std::string_view mark,
                                       std::string_view more) {
  return AskNumber(client, fmt::format("SELECT count(){}{}", Where(mark), more));
}

Status Mutations::Submit(const std::string& condition, std::string_view mark) {
  for (Client& client : clients_) {
    const auto there = Count(client, mark, "");
    if (!there.ok()) return there.status();
    if (*there > 0) continue;
    Status said =
        client.Execute(fmt::format("ALTER TABLE {} DELETE WHERE {}", TableOf(address_), condition));
    if (!said.ok()) return said;
  }
  return {};
}

Result<bool> Mutations::Knows(std::string_view mark) {
  for (Client& client : clients_) {
    const auto there = Count(client, mark, "");
    if (!there.ok()) return there.status();
    if (*there > 0) return true;
  }
  return false;
}

// What a server says of the statements with a mark that it has not finished.
struct Mutations::Pending {
  std::uint64_t statements = 0;
  std::uint64_t parts = 0;   // that are still to be rewritten
  std::uint64_t failed = 0;  // when it failed last, in seconds since 1970; 0: never
  std::string reason;
};

Result<bool> Mutations::KnowsFailures(Client& client) {
  const auto there = AskNumber(client,
                               "SELECT count() FROM system.columns WHERE database = 'system' AND "
                               "table = 'mutations' AND name = 'latest_fail_reason'");
  if (!there.ok()) return there.status();
  return *there > 0;
}

Result<Mutations::Pending> Mutations::Ask(Client& client, std::string_view mark, bool failures) {
  const std::string_view of_failures =
      failures ? "max(toUInt64(toUnixTimestamp(latest_fail_time))), max(latest_fail_reason)"
               : "toUInt64(0), ''";
  const auto told = client.Ask(fmt::format(
      "SELECT count(), toUInt64(sum(parts_to_do)), {}{} AND is_done = 0 FORMAT RowBinary",
      of_failures, Where(mark)));
  if (!told.ok()) return told.status();
  Cursor cursor(AsBytes(*told));
  Pending pending;
  pending.statements = ReadLittle<std::uint64_t>(cursor);
  pending.parts = ReadLittle<std::uint64_t>(cursor);
  pending.failed = ReadLittle<std::uint64_t>(cursor);
  pending.reason = AsText(cursor.Read(static_cast<std::size_t>(cursor.Varint())));
  if (cursor.ok() && cursor.AtEnd()) return pending;
  return Status::Malformed(client.name() + ": it does not tell how far it has deleted");
}

Result<bool> Mutations::AwaitShard(Client& client, std::string_view mark, const GoOn& go_on) {
  using std::chrono::milliseconds;
  constexpr milliseconds kShortest(20);
  constexpr milliseconds kLongest(500);
  constexpr std::chrono::minutes kTold(1);
  constexpr std::size_t kShown = 300;  // bytes of a reason
  const auto knows = KnowsFailures(client);
  if (!knows.ok()) return knows.status();
  auto told = std::chrono::steady_clock::now();
  std::uint64_t parts = 0;
  std::uint64_t failed = 0;
  int failures = 0;
  for (milliseconds pause = kShortest;; pause = std::min(pause * 2, kLongest)) {
    const auto pending = Ask(client, mark, *knows);
    if (!pending.ok()) return pending.status();
    if (pending->statements == 0) return true;
    if (std::exchange(parts, pending->parts) != pending->parts) failures = 0;
    if (std::exchange(failed, pending->failed) != pending->failed) {
      const std::string words =
          fmt::format("{}: rows cannot be deleted there, and the server tries again: {}",
                      client.name(), Printable(pending->reason).substr(0, kShown));
      if (++failures == kFailures) return Status::Io(words);
      if (failures == 1) LogWarning(words);
    }
    if (const auto now = std::chrono::steady_clock::now(); now - told >= kTold) {
      told = now;
      LogInfo(fmt::format("{}: it deletes; {} parts of the table are left to rewrite",
                          client.name(), parts));
    }
    if (!PauseFor(pause, go_on)) return false;
  }
}

Result<bool> Mutations::Await(std::string_view mark, const GoOn& go_on) {
  for (Client& client : clients_) {
    auto done = AwaitShard(client, mark, go_on);
    if (!done.ok() || !*done) return done;
  }
  return true;
}

}  // namespace pdns::store_clickhouse
