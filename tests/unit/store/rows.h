// Tuples and rows as text, for building batches and comparing scans.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "record/entry.h"
#include "record/history.h"
#include "record/tuple_key.h"
#include "store/reverse_key.h"
#include "store/row_key.h"
#include "store/value.h"
#include "unit/support/entries.h"
#include "unit/support/rows.h"

namespace pdns::store {

using testing::Line;
using testing::Lines;
using testing::MakeTuple;
using testing::Seen;
using testing::TupleKey;

inline std::int64_t Number(std::chrono::sys_seconds time) {
  return time.time_since_epoch().count();
}

// Tuples with their sightings, as a batch takes them.
class Observations {
 public:
  Observations& Add(const record::OwnedTuple& tuple, const record::Sighting& sighting) {
    list_.push_back(testing::AddEntry(arena_, tuple.view(), sighting));
    return *this;
  }
  Observations& Add(std::string_view owner, record::RrType type, std::string_view rdata,
                    const record::Sighting& sighting = Seen(100, 200, 1, 1)) {
    return Add(MakeTuple(owner, type, rdata), sighting);
  }

  std::span<const record::Entry* const> list() const { return list_; }

 private:
  record::EntryArena arena_;
  std::vector<const record::Entry*> list_;
};

// The reverse keys of a tuple, whole.
inline std::vector<std::string> ReverseKeys(const record::Tuple& tuple) {
  const std::string key = RowKeyOf(tuple);
  const auto parts = SplitRowKey(AsBytes(key));
  if (!parts.has_value()) ADD_FAILURE() << "no row key: " << ToHex(AsBytes(key));
  KeyList keys;
  if (parts.has_value()) AppendReverseKeys(keys, *parts, tuple.rdata);
  std::vector<std::string> list;
  for (std::size_t i = 0; i < keys.size(); ++i) list.emplace_back(keys[i]);
  return list;
}

inline std::string Encoded(const record::History& history, std::string_view rdata = {}) {
  std::string value;
  AppendValue(value, history, AsBytes(rdata));
  return value;
}

// A history of several sightings on random days of a stretch that begins at `day`.
inline record::History RandomHistory(std::mt19937& random, std::int64_t day = 20000) {
  const auto sighting = [&] {
    const std::int64_t first = (day + static_cast<std::int64_t>(random() % 40)) * 86400 +
                               static_cast<std::int64_t>(random() % 86400);
    record::Sighting one = Seen(first, first + static_cast<std::int64_t>(random() % 200'000),
                                1 + random() % 300, {}, static_cast<std::uint8_t>(random() % 4));
    one.bailiwick = *record::Bailiwick::OfRank(random() % 20);
    one.sensors = record::SensorBit(static_cast<unsigned>(random() % (record::kOtherSensors + 1)));
    if (random() % 2 == 0) one.sensors = record::SensorBit(0);
    return one;
  };
  record::History history = sighting();
  for (std::size_t more = random() % 6; more > 0; --more) record::Merge(history, sighting());
  return history;
}

// The longest names in ordered form: `labels` of four lengths, all of escapes, 255 bytes of wire.
inline record::Name LongestEscapes(char byte = '\0') {
  std::string wire;
  for (const std::size_t size : {63U, 63U, 63U, 61U})
    wire.append(1, static_cast<char>(size)).append(size, byte);
  return record::Name::FromWire(AsBytes(wire + '\0')).value_or(record::Name());
}

}  // namespace pdns::store
