#include "store_rocks/verify/meta_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "dns/text.h"
#include "record/counters.h"
#include "record/sensors.h"
#include "store/journal.h"
#include "store/row_key.h"

namespace pdns::store_rocks {

void MetaCheck::Add(Bytes key, Bytes value) {
  if (!Read(AsText(key), value)) findings_.DamagedRow(kMeta, key, "the meta row cannot be read");
}

bool MetaCheck::Read(std::string_view key, Bytes value) {
  if (key.starts_with(store::kLedgerPrefix)) {
    const auto position = store::DecodeLedgerValue(value);
    const auto id = store::DecodeLedgerKey(key);
    if (!id.has_value() || !position.has_value()) return false;
    if (!id->IsDatabase()) ++kept_.numbers.captures;
    return true;
  }
  if (key == store::kSchemaKey) return schema_ = store::DecodeSchemaValue(value).has_value();
  if (key.starts_with(store::kSensorPrefix)) {
    const auto number = store::DecodeSensorKey(key);
    if (!number.has_value() || value.size() > record::kMaxSensorName) return false;
    sensors_.resize(std::max<std::size_t>(sensors_.size(), *number + 1));
    sensors_[*number] = AsText(value);
    return true;
  }
  if (key.starts_with(store::kAddressesPrefix)) {
    const auto part = store::DecodeAddressesKey(key);
    return part.has_value() && kept_.addresses.Load(*part, value);
  }
  if (key == store::kTimesKey) return (kept_.times = store::DecodeTimesValue(value)).has_value();
  if (key == store::kCommitsByLogKey || key == store::kCommitsByFilesKey)
    return store::DecodeCommitsValue(value).has_value();
  bool known = true;
  const bool read = ReadNumber(key, value, known);
  return read || !known;
}

bool MetaCheck::ReadNumber(std::string_view key, Bytes value, bool& known) {
  const std::uint64_t number = store::DecodeNumberValue(value).value_or(0);
  const bool read = store::DecodeNumberValue(value).has_value();
  const std::array<std::pair<std::string_view, std::uint64_t*>, 5> single{
      {{store::kOwnersKey, &kept_.numbers.rrnames},
       {store::kSketchSeedKey, &kept_.seed},
       {store::kJournalFirstKey, &kept_.journal_first},
       {store::kJournalNextKey, &kept_.journal_next},
       {store::kJournalAgedKey, &kept_.journal_aged}}};
  for (const auto& [name, place] : single) {
    if (key != name) continue;
    *place = number;
    return read;
  }
  if (key.starts_with(store::kTypePrefix)) {
    const auto type = store::DecodeTypeKey(key);
    if (!type.has_value()) return false;
    if (number > 0) kept_.numbers.types[*type] = number;
    kept_.numbers.tuples += number;
    return read;
  }
  if (key.starts_with(store::kQuarantinePrefix)) {
    const auto reasons = store::DecodeQuarantineKey(key);
    if (!reasons.has_value()) return false;
    if (number > 0) kept_.numbers.quarantined[*reasons] = number;
    return read;
  }
  if (key.starts_with(store::kExpiredPrefix))
    return read && store::DecodeExpiredKey(key).has_value();
  known = key.starts_with(store::kCounterPrefix);
  if (known)
    record::AddNamed(kept_.numbers.counters, key.substr(store::kCounterPrefix.size()), number);
  return read;
}

void MetaCheck::Finish() {
  if (!schema_) findings_.Damaged("the row schema is missing");
  kept_.sensors = sensors_.size();
  for (std::size_t i = 0; i < sensors_.size(); ++i) {
    if (!sensors_[i].has_value())
      findings_.Disagrees(fmt::format("sensor {} has no name in the dictionary", i), "default");
    for (std::size_t j = 0; j < i; ++j) {
      if (sensors_[i].has_value() && sensors_[i] == sensors_[j])
        findings_.Disagrees(fmt::format("sensors {} and {} have one name", j, i), "default");
    }
  }
  if (sensors_.size() > record::kMostSensors)
    findings_.Disagrees("the dictionary has more sensors than there may be", "default");
  if (!kept_.numbers.counters.AddUp())
    findings_.Disagrees("the counters of frames do not add up", "default");
}

void JournalCheck::Add(Bytes key, Bytes value) {
  const auto first = store::DecodeJournalKey(key);
  const auto head = store::DecodeJournalHead(value);
  const auto entries = store::DecodeJournalEntries(value);
  if (!first.has_value() || !head.has_value() || !entries.has_value())
    return findings_.DamagedRow(kNew, key, "the chunk of the journal cannot be read");
  if (*first != next_) {
    findings_.Disagrees(fmt::format("numbers {} to {} are missing or stand twice",
                                    std::min(next_, *first), std::max(next_, *first) - 1),
                        "new");
  }
  for (const store::JournalEntry& entry : *entries) {
    const auto parts = store::SplitRowKey(AsBytes(entry.row_key));
    if (!parts.has_value() || parts->owner)
      return findings_.DamagedRow(kNew, key, "a row key of the journal cannot be read");
  }
  next_ = *first + head->count;
  rows_ += head->count;
}

void JournalCheck::Finish() {
  if (next_ == kept_.journal_next) return;
  findings_.Disagrees(fmt::format("the journal ends before number {}, and the next one is {}",
                                  next_, kept_.journal_next),
                      "new");
}

namespace {

class Comparer {
 public:
  explicit Comparer(Findings& findings) : findings_(findings) {}

  void Compare(const std::string& what, std::uint64_t counted, std::uint64_t kept) {
    if (counted == kept) return;
    findings_.Disagrees(
        fmt::format("{}: {} rows counted, {} kept by the writer", what, counted, kept), "default");
  }

  template <class Key, class Name>
  void Compare(const std::map<Key, std::uint64_t>& counted,
               const std::map<Key, std::uint64_t>& kept, const Name& name) {
    const auto of = [](const std::map<Key, std::uint64_t>& all, const Key& key) {
      const auto found = all.find(key);
      return found == all.end() ? std::uint64_t{0} : found->second;
    };
    for (const auto& [key, count] : counted) Compare(name(key), count, of(kept, key));
    for (const auto& [key, count] : kept)
      if (!counted.contains(key)) Compare(name(key), 0, count);
  }

 private:
  Findings& findings_;
};

// Expiry lowers no register, so the kept ones may be higher, and never lower.
bool Covers(const store::Sketch& kept, const store::Sketch& counted) {
  for (unsigned part = 0; part < store::Sketch::kParts; ++part) {
    const std::string_view high = kept.part(part);
    const std::string_view low = counted.part(part);
    for (std::size_t i = 0; i < high.size(); ++i)
      if (AsBytes(high)[i] < AsBytes(low)[i]) return false;
  }
  return true;
}

}  // namespace

void CompareKept(const Counted& counted, const Kept& kept, Findings& findings) {
  Comparer comparer(findings);
  comparer.Compare("rrnames", counted.rrnames, kept.numbers.rrnames);
  comparer.Compare(counted.types, kept.numbers.types,
                   [](record::RrType type) { return "rrtype " + dns::TypeToText(type); });
  comparer.Compare(counted.quarantined, kept.numbers.quarantined, [](std::uint8_t reasons) {
    return fmt::format("quarantine for reasons {}", reasons);
  });
  // The times are of all rows that there ever were, expired ones included.
  if (counted.first.has_value() && (!kept.times.has_value() || *counted.first < kept.times->first ||
                                    counted.last > kept.times->last)) {
    findings.Disagrees("a row was seen outside the times that the writer keeps", "default");
  }
  if (!Covers(kept.addresses, counted.addresses)) {
    findings.Disagrees("the estimate of distinct addresses leaves out some that rows have",
                       "default");
  }
}

}  // namespace pdns::store_rocks
