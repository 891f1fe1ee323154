#include "store_rocks/totals.h"

#include <rocksdb/db.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "base/hash.h"
#include "dns/targets.h"
#include "store/key_range.h"
#include "store/value.h"
#include "store_rocks/common.h"

namespace pdns::store_rocks {
Status Totals::Load(rocksdb::DB& db, rocksdb::ColumnFamilyHandle* meta, const std::string& path) {
  const std::unique_ptr<rocksdb::Iterator> it(db.NewIterator({}, meta));
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    const std::string_view key = AsText(View(it->key()));
    if (key.starts_with(store::kLedgerPrefix)) {  // the one long kind
      it->Seek(ToSlice(store::PrefixRange(std::string(store::kLedgerPrefix)).hi));
      if (!it->Valid()) break;
      it->Prev();
      continue;
    }
    if (!LoadRow(key, View(it->value()))) return DamagedRow(path, kFamilyNames[kMeta], key);
  }
  if (!it->status().ok()) return FromRocks(path, "read of the totals", it->status());
  put_.clear();
  MetaRows all;
  Put(all);
  static_cast<void>(addresses_.DrainChanged());
  return {};
}

bool Totals::LoadRow(std::string_view key, Bytes value) {
  if (const auto number = store::DecodeSensorKey(key); number.has_value()) {
    sensors_.resize(std::max<std::size_t>(sensors_.size(), *number + 1));
    sensors_[*number] = AsText(value);
    return value.size() <= record::kMaxSensorName;
  }
  if (const auto part = store::DecodeAddressesKey(key); part.has_value())
    return addresses_.Load(*part, value);
  if (key == store::kTimesKey) return (times_ = store::DecodeTimesValue(value)).has_value();
  const auto decoded = store::DecodeNumberValue(value);
  // Else it is the schema, or what a newer version keeps.
  return !LoadNumber(key, decoded.value_or(0)) || decoded.has_value();
}

// False: that row holds no number that is known here.
bool Totals::LoadNumber(std::string_view key, std::uint64_t number) {
  const std::map<std::string_view, std::uint64_t*> single{
      {store::kOwnersKey, &owners_},
      {store::kSketchSeedKey, &seed_},
      {store::kJournalFirstKey, &journal_first_},
      {store::kJournalNextKey, &journal_next_},
      {store::kJournalAgedKey, &journal_aged_}};
  if (const auto found = single.find(key); found != single.end()) {
    *found->second = number;
  } else if (const auto type = store::DecodeTypeKey(key); type.has_value()) {
    types_.Load(*type, number);
  } else if (const auto reasons = store::DecodeQuarantineKey(key); reasons.has_value()) {
    quarantined_[*reasons] = number;
  } else if (store::DecodeExpiredKey(key).has_value()) {
    Expired(std::string(key)) = number;
  } else if (key.starts_with(store::kCounterPrefix)) {
    // A newer version's counter stays as it is.
    record::AddNamed(counters_, key.substr(store::kCounterPrefix.size()), number);
  } else {
    return false;
  }
  return true;
}

void Totals::AddRow(record::RrType type, Bytes rdata) {
  types_.Add(type);
  for (const dns::Target& target : dns::TargetsOf(type, rdata)) {
    if (target.kind != dns::Target::Kind::kName) addresses_.Add(Hash64(target.bytes, seed_));
  }
}

void Totals::AddTimes(std::chrono::sys_seconds first, std::chrono::sys_seconds last) {
  if (!times_.has_value()) times_ = store::Times{first, last};
  times_->first = std::min(times_->first, first);
  times_->last = std::max(times_->last, last);
}

void Totals::MoveQuarantined(std::uint8_t from, std::uint8_t to) {
  if (from != 0) --quarantined_[from];
  if (to != 0) ++quarantined_[to];
}

void Totals::AddCounters(const record::Counters& counters) { counters_.Add(counters); }

void Totals::AddExpired(std::string_view rule, std::chrono::sys_seconds last, std::uint64_t rows) {
  const std::string key = store::ExpiredKey(rule, last);
  Expired(key) += rows;
  expired_changed_.insert(key);
}

std::uint64_t& Totals::Expired(const std::string& key) {
  if (expired_.use_count() > 1) expired_ = std::make_shared<ByKey>(*expired_);
  return (*expired_)[key];
}

unsigned Totals::SensorNumber(std::string_view name) {
  const auto found = std::find(sensors_.begin(), sensors_.end(), name);
  const auto number = static_cast<unsigned>(found - sensors_.begin());
  if (found != sensors_.end()) return number;
  if (number == record::kMostSensors) return record::kOtherSensors;
  sensors_.emplace_back(name);
  return number;
}

std::chrono::sys_seconds Totals::journal_aged() const {
  // A number of nonsense is a time far ahead, which the writer mends.
  return std::chrono::sys_seconds(
      std::chrono::seconds(std::min<std::uint64_t>(journal_aged_, store::kMaxSeconds)));
}

void Totals::AgeJournal(std::chrono::sys_seconds when) {
  journal_aged_ =
      static_cast<std::uint64_t>(std::max<std::int64_t>(0, when.time_since_epoch().count()));
}

// Those of which there are never many.
MetaRows Totals::FewRows() const {
  MetaRows all;
  for (const auto& [reasons, count] : quarantined_)
    all[store::QuarantineKey(reasons)] = store::NumberValue(count);
  for (unsigned i = 0; i < sensors_.size(); ++i) all[store::SensorKey(i)] = sensors_[i];
  for (const record::NamedCount& one : record::NonZero(counters_)) {
    all[std::string(store::kCounterPrefix) + record::FullName(one.name)] =
        store::NumberValue(one.count);
  }
  all[std::string(store::kOwnersKey)] = store::NumberValue(owners_);
  all[std::string(store::kSketchSeedKey)] = store::NumberValue(seed_);
  all[std::string(store::kJournalFirstKey)] = store::NumberValue(journal_first_);
  all[std::string(store::kJournalNextKey)] = store::NumberValue(journal_next_);
  if (journal_aged_ > 0)
    all[std::string(store::kJournalAgedKey)] = store::NumberValue(journal_aged_);
  if (times_.has_value()) all[std::string(store::kTimesKey)] = store::TimesValue(*times_);
  return all;
}

std::size_t Totals::Put(MetaRows& rows) {
  const MetaRows few = FewRows();
  for (const auto& [key, value] : few) {
    const auto [old, inserted] = put_.try_emplace(key, value);
    if (!inserted && old->second == value) continue;
    old->second = value;
    rows[key] = value;
  }
  std::size_t looked_at = few.size();
  for (const record::RrType type : types_.DrainChanged()) {
    rows[store::TypeKey(type)] = store::NumberValue(types_.Of(type));
    ++looked_at;
  }
  for (const std::string& key : std::exchange(expired_changed_, {})) {
    rows[key] = store::NumberValue(expired_->at(key));
    ++looked_at;
  }
  for (const unsigned part : addresses_.DrainChanged()) {
    rows[store::AddressesKey(part)] = addresses_.part(part);
    ++looked_at;
  }
  return looked_at;
}

void Totals::Tell(record::Statistics& statistics) const {
  statistics.rrnames = owners_;
  statistics.addresses = addresses_.Estimate();
  statistics.estimated = true;
  types_.ForEach([&](record::RrType type, std::uint64_t count) {
    statistics.types[type] = count;
    statistics.tuples += count;
  });
  for (const auto& [reasons, count] : quarantined_) {
    if (count > 0) statistics.quarantined[reasons] = count;
  }
  if (times_.has_value()) {
    statistics.first = times_->first;
    statistics.last = times_->last;
  }
  statistics.counters = counters_;
  statistics.sensors = sensors_;
  for (const auto& [key, count] : *expired_) {
    const auto group = store::DecodeExpiredKey(key);
    if (group.has_value()) statistics.expired[group->rule][group->month] += count;
  }
}

}  // namespace pdns::store_rocks
