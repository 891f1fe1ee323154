#include "store_rocks/verify/row_check.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/hash.h"
#include "dns/targets.h"
#include "store/reverse_key.h"
#include "store/row_key.h"

namespace pdns::store_rocks {
namespace {

// The numbers that rows may have. A database of one sensor without a name has no dictionary.
record::SensorSet KnownSensors(std::size_t names) {
  record::SensorSet known = record::SensorBit(0);
  for (unsigned i = 0; i < names; ++i) known |= record::SensorBit(i);
  if (names >= record::kMostSensors) known |= record::SensorBit(record::kOtherSensors);
  return known;
}

constexpr std::string_view kUnknownSensor = "a sensor of the row is not in the dictionary";

}  // namespace

ForwardCheck::ForwardCheck(Findings& findings, Counted& counted, KeySums& sums, std::size_t sensors,
                           std::uint64_t seed)
    : findings_(findings),
      counted_(counted),
      sums_(sums),
      sensors_(KnownSensors(sensors)),
      seed_(seed) {}

void ForwardCheck::Add(Bytes key, Bytes value) {
  const auto parts = store::SplitRowKey(key);
  if (!parts.has_value()) return findings_.DamagedRow(kForward, key, "the key cannot be read");
  if (parts->owner) return AddOwner(key, value);
  const auto read = store::DecodeValue(value);
  if (!read.has_value()) return findings_.DamagedRow(kForward, key, "the value cannot be read");
  if (!store::DecodeRow(*parts, read->rdata).has_value())
    return findings_.DamagedRow(kForward, key, "key and value are not of one tuple");
  if (AsText(parts->ordered_owner) != owner_)
    findings_.DisagreeingRow(kForward, key, "its owner has no row", NameOfRow(key, read->rdata));
  owner_used_ = owner_used_ || AsText(parts->ordered_owner) == owner_;
  const record::History& history = read->history;
  if (history.reasons != record::kTrusted) {
    findings_.DisagreeingRow(kForward, key, "a trusted row has a reason for the quarantine",
                             NameOfRow(key, read->rdata));
  }
  if ((history.sensors & ~sensors_) != 0)
    findings_.DisagreeingRow(kForward, key, kUnknownSensor, NameOfRow(key, read->rdata));
  ++counted_.tuples;
  ++counted_.types[parts->type];
  counted_.first = std::min(counted_.first.value_or(history.first), history.first);
  counted_.last = std::max(counted_.last, history.last);
  const Bytes rdata = parts->cut ? read->rdata : parts->rest;
  AddAddresses(parts->type, rdata);
  store::KeyList reverse;
  store::AppendReverseKeys(reverse, *parts, rdata);
  for (std::size_t i = 0; i < reverse.size(); ++i) sums_.Expect(reverse[i]);
}

void ForwardCheck::AddOwner(Bytes key, Bytes value) {
  Finish();
  owner_ = AsText(key);
  owner_used_ = false;
  ++counted_.rrnames;
  if (!value.empty()) findings_.DamagedRow(kForward, key, "the row of an owner has a value");
}

void ForwardCheck::Finish() {
  if (!owner_used_) {
    findings_.DisagreeingRow(kForward, AsBytes(owner_), "the row of an owner without tuples",
                             NameOfRow(AsBytes(owner_), {}));
  }
  owner_used_ = true;
}

void ForwardCheck::AddAddresses(record::RrType type, Bytes rdata) {
  for (const dns::Target& target : dns::TargetsOf(type, rdata)) {
    if (target.kind != dns::Target::Kind::kName)
      counted_.addresses.Add(Hash64(target.bytes, seed_));
  }
}

void ExpectedReverseKeys(Bytes key, Bytes value, store::KeyList& keys) {
  const auto parts = store::SplitRowKey(key);
  if (!parts.has_value() || parts->owner) return;
  const auto read = store::DecodeValue(value);
  if (!read.has_value() || !store::DecodeRow(*parts, read->rdata).has_value()) return;
  store::AppendReverseKeys(keys, *parts, parts->cut ? read->rdata : parts->rest);
}

std::optional<Bytes> FoundReverseKey(Bytes key, Bytes value, Findings* findings) {
  const auto row = store::SplitReverseRow(key, value);
  if (row.has_value()) return row->whole;
  if (findings != nullptr) findings->DamagedRow(kReverse, key, "the row cannot be read");
  return std::nullopt;
}

void CheckQuarantined(Bytes key, Bytes value, std::size_t sensors, Findings& findings,
                      Counted& counted) {
  const auto parts = store::SplitRowKey(key);
  const auto read = store::DecodeValue(value);
  if (!parts.has_value() || parts->owner || !read.has_value() ||
      !store::DecodeRow(*parts, read->rdata).has_value()) {
    return findings.DamagedRow(kQuarantine, key, "the row cannot be read");
  }
  const record::History& history = read->history;
  if (history.reasons == record::kTrusted) {
    findings.DisagreeingRow(kQuarantine, key, "the row has no reason to be there",
                            NameOfRow(key, read->rdata));
  }
  if ((history.sensors & ~KnownSensors(sensors)) != 0)
    findings.DisagreeingRow(kQuarantine, key, kUnknownSensor, NameOfRow(key, read->rdata));
  ++counted.quarantined[history.reasons];
}

}  // namespace pdns::store_rocks
