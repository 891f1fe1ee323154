#include "store_clickhouse/maintain/mutations.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "base/hash.h"
#include "base/log.h"
#include "base/whole_number.h"
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

std::string NewMark() { return fmt::format("{:016x}{:016x}", RandomSeed(), RandomSeed()); }

Result<std::uint64_t> Mutations::Count(Client& client, std::string_view mark,
                                       std::string_view more) {
  return AskNumber(client,
                   fmt::format("SELECT count() FROM system.mutations WHERE database = '{}' AND "
                               "table = '{}' AND position(command, '{}') > 0{}",
                               address_.database, kTable, mark, more));
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

// 18.16 has no such column; then the server's own log alone has the reason.
void Mutations::TellFailures(Client& client, std::string_view mark) {
  const auto reason = client.Ask(fmt::format(
      "SELECT any(latest_fail_reason) FROM system.mutations WHERE database = '{}' AND table = '{}' "
      "AND position(command, '{}') > 0 AND is_done = 0 AND latest_fail_reason != '' "
      "FORMAT TabSeparated",
      address_.database, kTable, mark));
  if (!reason.ok() || reason->size() <= 1) return;
  constexpr std::size_t kShown = 300;
  LogWarning(fmt::format("{}: rows cannot be deleted there yet, the server tries again: {}",
                         client.name(), Printable(*reason).substr(0, kShown)));
  told_ = true;
}

Result<bool> Mutations::Await(std::string_view mark, const GoOn& go_on) {
  using std::chrono::milliseconds;
  constexpr milliseconds kShortest(20);
  constexpr milliseconds kLongest(500);
  for (Client& client : clients_) {
    milliseconds pause = kShortest;
    for (;;) {
      const auto left = Count(client, mark, " AND is_done = 0");
      if (!left.ok()) return left.status();
      if (*left == 0) break;
      if (go_on && !go_on()) return false;
      if (pause == kLongest && !told_) TellFailures(client, mark);
      std::this_thread::sleep_for(pause);
      pause = std::min(pause * 2, kLongest);
    }
  }
  return true;
}

}  // namespace pdns::store_clickhouse
