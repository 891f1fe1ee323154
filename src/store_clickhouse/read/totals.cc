#include "store_clickhouse/read/totals.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <random>
#include <utility>

#include "base/bytes.h"
#include "record/counters.h"
#include "store/meta_rows.h"
#include "store/sketch.h"
#include "store/value.h"
#include "store_clickhouse/little_endian.h"
#include "store_clickhouse/read/ask_rows.h"
#include "store_clickhouse/read/merge.h"
#include "store_clickhouse/read/shard_rows.h"

namespace pdns::store_clickhouse {
namespace {

std::uint64_t U64(Cursor& cursor) { return ReadLittle<std::uint64_t>(cursor); }

std::string Prewhere(RowKind kind) {
  return fmt::format(" FROM rows FINAL PREWHERE kind = {}", static_cast<unsigned>(kind));
}

std::chrono::sys_seconds At(std::uint64_t time) {
  return std::chrono::sys_seconds(std::chrono::seconds(std::min(time, store::kMaxSeconds)));
}

// Adds what one shard says.
class ShardTotals {
 public:
  ShardTotals(Shard& shard, record::Statistics& statistics)
      : shard_(shard), statistics_(statistics) {}

  Status CountTypes() {
    return AskRows(shard_,
                   "SELECT rrtype, count(), min(finalizeAggregation(first)), "
                   "max(finalizeAggregation(last))" +
                       Prewhere(RowKind::kOwner) + " GROUP BY rrtype",
                   [this](Cursor& cursor) {
                     const auto type =
                         static_cast<record::RrType>(ReadLittle<std::uint16_t>(cursor));
                     const std::uint64_t rows = U64(cursor);
                     const auto first = At(U64(cursor));
                     const auto last = At(U64(cursor));
                     const bool none = statistics_.tuples == 0;
                     statistics_.first = none ? first : std::min(statistics_.first, first);
                     statistics_.last = std::max(statistics_.last, last);
                     statistics_.types[type] += rows;
                     statistics_.tuples += rows;
                   });
  }

  Status CountNames() {
    return AskRows(shard_,
                   fmt::format("SELECT uniqExact(key) FROM rows PREWHERE kind = {}",
                               static_cast<unsigned>(RowKind::kOwner)),
                   [this](Cursor& cursor) { statistics_.rrnames += U64(cursor); });
  }

  Status CountQuarantine() {
    return AskRows(shard_,
                   "SELECT finalizeAggregation(reasons) AS r, count()" +
                       Prewhere(RowKind::kQuarantined) + " GROUP BY r",
                   [this](Cursor& cursor) {
                     const std::uint8_t reasons = cursor.U8();
                     statistics_.quarantined[reasons] += U64(cursor);
                   });
  }

  // Increments, which several writers add.
  Status SumCounters() {
    return AskRows(shard_, "SELECT key, finalizeAggregation(cnt)" + Prewhere(RowKind::kCounter),
                   [this](Cursor& cursor) {
                     const std::string_view name = ReadText(cursor);
                     const std::uint64_t count = U64(cursor);
                     // A newer version's counter is no fault.
                     if (cursor.ok()) record::AddNamed(statistics_.counters, name, count);
                   });
  }

  // A step of an expiry may have written its numbers twice, the same both times.
  Status SumExpired() {
    return AskRows(shard_, "SELECT key, finalizeAggregation(last)" + Prewhere(RowKind::kExpired),
                   [this](Cursor& cursor) {
                     const auto group = store::DecodeExpiredKey(ReadText(cursor));
                     const std::uint64_t rows = U64(cursor);
                     if (!group.has_value()) return cursor.Fail();
                     if (cursor.ok()) statistics_.expired[group->rule][group->month] += rows;
                   });
  }

  // Of each register of the sketch the hash that counts: that with the most zeros in front.
  Status SketchAddresses(store::Sketch& sketch, const std::string& seed) {
    constexpr unsigned kRestBits = 50;
    return AskRows(
        shard_,
        fmt::format("SELECT bitShiftRight(h, {}) AS r, min(bitAnd(h, {})) FROM (SELECT "
                    "sipHash64(concat({}, key)) AS h FROM rows PREWHERE kind IN ({}, "
                    "{})) GROUP BY r",
                    kRestBits, (1ULL << kRestBits) - 1, Literal(seed),
                    static_cast<unsigned>(RowKind::kIpv4), static_cast<unsigned>(RowKind::kIpv6)),
        [&sketch](Cursor& cursor) {
          const std::uint64_t place = U64(cursor);
          sketch.Add(place << kRestBits | U64(cursor));
        });
  }

  // How far captures were taken, as far as this shard has it.
  Status SumLedger(record::Statistics& ledger) {
    return AskRows(
        shard_,
        fmt::format("SELECT count(), sum(reinterpretAsUInt64(reverse(substring(place, 1, 8)))), "
                    "sum(reinterpretAsUInt64(reverse(substring(place, 9, 8)))) FROM (SELECT key, "
                    "max(rdata) AS place FROM rows PREWHERE kind = {} AND key >= {} AND key < {} "
                    "AND substring(key, 35, 4) != {} GROUP BY key)",
                    static_cast<unsigned>(RowKind::kLedger), Literal(kSourcePrefix),
                    Literal("s0"),                 // behind all keys that begin with "s/"
                    Literal("\xff\xff\xff\xff")),  // the variant of a database, which is no capture
        [&ledger](Cursor& cursor) {
          ledger.captures = U64(cursor);
          ledger.capture_frames = U64(cursor);
          ledger.capture_bytes = U64(cursor);
        });
  }

  // A user may be kept from the tables of the system: the size is no reason to fail.
  void MeasureDisk() {
    std::uint64_t bytes = 0;
    const Status asked = AskRows(shard_,
                                 "SELECT sum(bytes_on_disk) FROM system.parts WHERE database = "
                                 "currentDatabase() AND table = 'rows' AND active",
                                 [&bytes](Cursor& cursor) { bytes = U64(cursor); });
    if (!asked.ok()) bytes = 0;
    statistics_.parts.push_back({shard_.name(), bytes});
    statistics_.disk_bytes += bytes;
  }

 private:
  Shard& shard_;
  record::Statistics& statistics_;
};

// A secret of this answer, so that nobody can aim at a register.
std::string RandomSeed() {
  std::random_device random;
  std::string seed;
  for (int i = 0; i < 4; ++i) AppendU32(seed, static_cast<std::uint32_t>(random()));
  return seed;
}

Status TellShard(Shard& shard, bool first, store::Sketch& sketch, const std::string& seed,
                 record::Statistics& statistics) {
  ShardTotals totals(shard, statistics);
  record::Statistics ledger;
  Status status = totals.CountTypes();
  if (status.ok()) status = totals.CountNames();
  if (status.ok()) status = totals.CountQuarantine();
  if (status.ok()) status = totals.SumCounters();
  if (status.ok()) status = totals.SumExpired();
  if (status.ok()) status = totals.SketchAddresses(sketch, seed);
  if (status.ok()) status = totals.SumLedger(ledger);
  if (!status.ok()) return status;
  totals.MeasureDisk();
  // Each batch is told to every shard, to one after the other: what all have is taken.
  const auto least = [first](std::uint64_t all, std::uint64_t here) {
    return first ? here : std::min(all, here);
  };
  statistics.captures = least(statistics.captures, ledger.captures);
  statistics.capture_frames = least(statistics.capture_frames, ledger.capture_frames);
  statistics.capture_bytes = least(statistics.capture_bytes, ledger.capture_bytes);
  return {};
}

store::Selection All(store::Side side, store::Trust trust) {
  store::Selection selection;
  selection.side = side;
  selection.trust = trust;
  return selection;
}

// Rows counted one by one.
class RowCount {
 public:
  RowCount(Shards& shards, const store::Snapshot::CountWatch& watch, record::Statistics& statistics)
      : shards_(shards), watch_(watch), statistics_(statistics) {}

  Status Run() {
    Status status = CountQuarantine();
    if (status.ok() && more_) status = CountForward();
    if (status.ok() && more_) status = CountAddresses();
    return status;
  }

 private:
  Status CountQuarantine() {
    statistics_.quarantined.clear();
    return Finish(ScanRows(
        shards_, All(store::Side::kOwner, store::Trust::kQuarantined),
        [this](const store::Row& row) {
          ++statistics_.quarantined[row.history.reasons];
          return true;
        },
        Watching()));
  }

  Status CountForward() {
    statistics_.types.clear();
    statistics_.tuples = 0;
    statistics_.rrnames = 0;
    std::string owner;
    const auto count = [&](const store::Row& row) {
      if (AsText(row.tuple.owner) != owner) ++statistics_.rrnames;
      owner = AsText(row.tuple.owner);
      const bool none = statistics_.tuples++ == 0;
      statistics_.first = none ? row.history.first : std::min(statistics_.first, row.history.first);
      statistics_.last = none ? row.history.last : std::max(statistics_.last, row.history.last);
      ++statistics_.types[row.tuple.type];
      return true;
    };
    const auto all = All(store::Side::kOwner, store::Trust::kTrusted);
    return Finish(ScanRows(shards_, all, count, Watching()));
  }

  // Rows of one address stand together.
  Status CountAddresses() {
    statistics_.addresses = 0;
    statistics_.estimated = false;
    Plan plan = PlanOf(All(store::Side::kAddress, store::Trust::kTrusted), shards_);
    plan.owners = true;
    std::string before;
    const auto count = [&](RowKind, const TableRow& row, const std::string&) {
      if (row.id.key != before) ++statistics_.addresses;
      before = row.id.key;
      return true;
    };
    return Finish(MergeShards(shards_, plan, count, Watching()));
  }

  store::Watch Watching() {
    return [this](std::uint64_t keys) {
      more_ = !watch_ || watch_(keys_ + keys, statistics_.tuples);
      return more_;
    };
  }

  Status Finish(const store::Scanned& scanned) {
    keys_ += scanned.keys;
    return scanned.status;
  }

  Shards& shards_;
  const store::Snapshot::CountWatch& watch_;
  record::Statistics& statistics_;
  std::uint64_t keys_ = 0;
  bool more_ = true;
};

}  // namespace

Status TellTotals(Shards& shards, record::Statistics& statistics) {
  statistics = {};
  store::Sketch sketch;
  const std::string seed = RandomSeed();
  for (std::size_t i = 0; i < shards.size(); ++i) {
    const Lease shard = shards.Lend(i);
    Status told = TellShard(*shard, i == 0, sketch, seed, statistics);
    if (!told.ok()) return told;
  }
  statistics.addresses = sketch.Estimate();
  statistics.estimated = true;
  return {};
}

Status CountRows(Shards& shards, const store::Snapshot::CountWatch& watch,
                 record::Statistics& statistics) {
  Status told = TellTotals(shards, statistics);
  return told.ok() ? RowCount(shards, watch, statistics).Run() : told;
}

Result<std::vector<std::string>> ReadSensors(Shards& shards) {
  // A liar may claim more: a table has 62 numbers.
  std::vector<std::string> names;
  const Lease shard = shards.Lend(0);
  Status asked = AskRows(
      *shard,
      "SELECT key, rdata" + Prewhere(RowKind::kSensor) +
          fmt::format(" WHERE bitAnd(finalizeAggregation(reasons), {}) = {} LIMIT {}", kConfirmed,
                      kConfirmed, 2 * record::kMostSensors),
      [&names](Cursor& cursor) {
        const std::string_view key = ReadText(cursor);
        const std::string_view name = ReadText(cursor);
        const std::size_t number = key.size() == 1 ? static_cast<std::uint8_t>(key[0]) : 256;
        if (!cursor.ok() || number >= record::kMostSensors) return cursor.Fail();
        if (name.size() > record::kMaxSensorName) return cursor.Fail();
        while (names.size() <= number) names.emplace_back(record::kOtherSensorsName);
        names[number] = name;
      });
  if (!asked.ok()) return asked;
  return names;
}

}  // namespace pdns::store_clickhouse
