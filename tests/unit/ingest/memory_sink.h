// A store in memory for what readers give: whole batches, applied or refused as a whole.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "ingest/drainer.h"
#include "unit/support/entries.h"
#include "unit/support/eventually.h"
#include "unit/support/payloads.h"

namespace pdns::ingest {

using pdns::testing::Eventually;
using pdns::testing::FromSensor;
using pdns::testing::Gate;
using pdns::testing::kTime;
using pdns::testing::Numbered;
using pdns::testing::NumberedPayload;
using pdns::testing::NumberedPayloads;

using RowKey = std::tuple<std::string, std::uint16_t, std::string>;  // owner, rrtype, rdata
using Rows = std::map<RowKey, record::Sighting>;

struct AppliedBatch {
  std::vector<record::SourcePosition> sources;
  std::size_t trusted = 0;
  std::size_t quarantined = 0;
  record::Counters counters{};
  std::vector<std::string> sensors;
};

class MemorySink {
 public:
  // Asked before each batch, with its number from 0 on, outside of all locks: not ok refuses it.
  // May wait.
  std::function<Status(std::size_t)> before_apply = [](std::size_t) { return Status(); };

  // Called before each question for a position, outside of all locks.
  std::function<void(const record::SourceId&)> before_progress = [](const record::SourceId&) {};

  Sink sink() {
    return {[this](const record::SourceId& id) {
              before_progress(id);
              return Progress(id);
            },
            [this](const record::Batch& batch) { return Apply(batch); }};
  }

  // What is stored now, and which batches came. Copies: other threads may be at work.
  Rows trusted() const { return Copy(trusted_); }
  Rows quarantined() const { return Copy(quarantined_); }
  std::vector<AppliedBatch> batches() const { return Copy(batches_); }
  std::size_t progress_calls() const { return Copy(progress_calls_); }
  std::optional<record::Position> PositionOf(const record::SourceId& id) const {
    const auto positions = Copy(positions_);
    const auto found = positions.find(id);
    return found == positions.end() ? std::nullopt : std::optional(found->second);
  }

  // Of all batches.
  record::Counters counters() const {
    record::Counters sum;
    for (const AppliedBatch& batch : batches()) sum.Add(batch.counters);
    return sum;
  }

  // The names of those that saw a trusted tuple.
  std::set<std::string> SensorsOf(const RowKey& key) const {
    const record::SensorSet bits = trusted().at(key).sensors;
    const std::vector<std::string> names = sensors_.names();
    std::set<std::string> seen;
    for (unsigned i = 0; i < names.size(); ++i) {
      if ((bits & record::SensorBit(i)) != 0) seen.insert(names[i]);
    }
    return seen;
  }

  // Sum of the counts of all trusted rows.
  std::uint64_t observations() const {
    std::uint64_t sum = 0;
    for (const auto& [key, sighting] : trusted()) sum += sighting.count;
    return sum;
  }

  // Waits until `n` distinct trusted tuples are stored; false after a time no test should need.
  bool AwaitTuples(std::size_t n) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(60), [&] { return trusted_.size() >= n; });
  }

 private:
  template <class T>
  T Copy(const T& value) const {
    const std::lock_guard lock(mutex_);
    return value;
  }

  Result<std::optional<record::Position>> Progress(const record::SourceId& id) {
    const std::lock_guard lock(mutex_);
    ++progress_calls_;
    const auto found = positions_.find(id);
    return found == positions_.end() ? std::optional<record::Position>() : found->second;
  }

  Result<record::Applied> Apply(const record::Batch& batch) {
    if (Status allowed = before_apply(asked_++); !allowed.ok()) return allowed;
    const std::lock_guard lock(mutex_);
    record::Applied applied;
    for (auto [key, sighting] : Merged(batch.trusted)) {
      sighting.sensors = Translated(sighting.sensors, batch.sensors);
      ++(Fold(trusted_, key, sighting) ? applied.tuples_new : applied.tuples_updated);
    }
    for (auto [key, sighting] : Merged(batch.quarantined)) {
      sighting.sensors = Translated(sighting.sensors, batch.sensors);
      Fold(quarantined_, key, sighting);
    }
    for (const record::SourcePosition& one : batch.sources) {
      record::Position& position = positions_[one.id];
      const bool stands = one.position.broken && !position.broken;
      EXPECT_LT(position.frames, one.position.frames + (stands ? 1 : 0)) << "a position went back";
      position = one.position;
    }
    batches_.push_back({{batch.sources.begin(), batch.sources.end()},
                        batch.trusted.size(),
                        batch.quarantined.size(),
                        batch.counters,
                        {batch.sensors.begin(), batch.sensors.end()}});
    changed_.notify_all();
    return applied;
  }

  // As a store does: a process has numbers of its own.
  record::SensorSet Translated(record::SensorSet of_batch, std::span<const std::string> names) {
    static const std::string kUnnamed;
    if (names.empty()) names = {&kUnnamed, 1};
    record::SensorSet ours = of_batch & record::SensorBit(record::kOtherSensors);
    EXPECT_EQ(of_batch & ~(record::SensorBit(static_cast<unsigned>(names.size())) - 1), ours)
        << "a number without a name";
    for (unsigned i = 0; i < names.size(); ++i) {
      if ((of_batch & record::SensorBit(i)) != 0) ours |= sensors_.BitOf(names[i]);
    }
    return ours;
  }

  // Entries of a batch, which may hold a tuple several times.
  static Rows Merged(std::span<const record::Entry* const> entries) {
    Rows rows;
    for (const auto& [tuple, sighting] : pdns::testing::Read(entries)) {
      Fold(rows,
           {std::string(AsText(tuple.owner.wire())), static_cast<std::uint16_t>(tuple.type),
            tuple.rdata},
           sighting);
    }
    return rows;
  }

  static bool Fold(Rows& rows, const RowKey& key, const record::Sighting& sighting) {
    const auto [found, fresh] = rows.emplace(key, sighting);
    if (!fresh) record::Merge(found->second, sighting);
    return fresh;
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Rows trusted_;
  Rows quarantined_;
  std::map<record::SourceId, record::Position> positions_;
  std::vector<AppliedBatch> batches_;
  record::SensorTable sensors_;
  std::size_t progress_calls_ = 0;
  std::size_t asked_ = 0;  // by the one thread that applies
};

}  // namespace pdns::ingest
