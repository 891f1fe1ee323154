// Tuples and rows as text, for building batches and comparing scans.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "dns/text.h"
#include "record/batch.h"
#include "record/tuple_key.h"
#include "store/reverse_key.h"
#include "store/store.h"
#include "unit/support/entries.h"

namespace pdns::store {

using Lines = std::vector<std::string>;

inline record::OwnedTuple MakeTuple(std::string_view owner, record::RrType type,
                                    std::string_view rdata) {
  const auto name = dns::NameFromText(owner);
  if (!name.has_value()) ADD_FAILURE() << "no name: " << owner;
  return {name.value_or(record::Name()), type, std::string(rdata)};
}

inline record::Sighting Seen(std::int64_t first, std::int64_t last, std::uint64_t count,
                             std::uint8_t zone_labels = 0, std::uint8_t reasons = 0) {
  const auto at = [](std::int64_t time) {
    return std::chrono::sys_seconds(std::chrono::seconds(time));
  };
  return {at(first), at(last), count, zone_labels, reasons};
}

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

inline std::string TupleKey(const record::Tuple& tuple) {
  std::string key;
  record::AppendTupleKey(key, tuple);
  return key;
}

inline std::vector<std::string> ReverseKeys(const record::Tuple& tuple) {
  const KeyList keys = ReverseKeysOf(tuple);
  std::vector<std::string> list;
  for (std::size_t i = 0; i < keys.size(); ++i) list.emplace_back(keys[i]);
  return list;
}

// "www.blah.org. A cd96968c 100 200 1 1 0"
inline std::string Line(const record::Tuple& tuple, const record::Sighting& sighting) {
  return fmt::format("{} {} {} {} {} {} {} {}", dns::NameToText(tuple.owner),
                     dns::TypeToText(tuple.type), ToHex(tuple.rdata), Number(sighting.first),
                     Number(sighting.last), sighting.count, sighting.zone_labels, sighting.reasons);
}

inline Lines Scan(Reader& reader, Index index, const KeyRange& range = {}) {
  Lines lines;
  const Status status = reader.Scan(index, range, [&](const Row& row) {
    lines.push_back(Line(row.tuple, row.sighting));
    return true;
  });
  EXPECT_TRUE(status.ok()) << status.message();
  return lines;
}

}  // namespace pdns::store
