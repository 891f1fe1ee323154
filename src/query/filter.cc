#include "query/filter.h"

#include <fmt/format.h>

#include <algorithm>

#include "ask/ascii.h"
#include "ask/indicator.h"
#include "ask/question.h"
#include "base/bytes.h"
#include "dns/text.h"
#include "record/type_facts.h"

namespace pdns::query {
namespace {

// Of a known bailiwick.
record::Name ZoneOf(const record::Tuple& tuple, record::Bailiwick bailiwick) {
  return record::Name::FromWire(record::Suffix(tuple.owner, bailiwick.labels()))
      .value_or(record::Name());
}

bool HoldsAddress(const dns::AddressBlock& block, const record::Tuple& tuple) {
  const bool address = tuple.type == record::RrType::kA || tuple.type == record::RrType::kAaaa;
  return address && block.Holds(tuple.rdata);
}

bool AnyMatches(const std::vector<ask::NamePattern>& patterns, const record::Name& name) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&name](const ask::NamePattern& pattern) { return pattern.Matches(name); });
}

}  // namespace

Status TypeSet::Add(std::string_view text) {
  all_ = false;
  for (const std::string_view one : ask::SplitAtCommas(text)) {
    if (ask::SameText(one, "ANY")) {
      any_ = true;
    } else if (ask::SameText(one, "ANY-DNSSEC")) {
      dnssec_ = true;
    } else {
      const auto types = ask::ParseTypes(one);
      if (!types.ok()) return types.status();
      types_.insert(types_.end(), types->begin(), types->end());
    }
  }
  return {};
}

bool TypeSet::Holds(record::RrType type) const {
  if (all_ || std::find(types_.begin(), types_.end(), type) != types_.end()) return true;
  return record::FactsOf(type).dnssec ? dnssec_ : any_;
}

std::vector<record::RrType> TypeSet::PlainList() const {
  if (all_ || any_ || dnssec_) return {};
  std::vector<record::RrType> list = types_;
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
  return list;
}

std::string TypeSet::Identity() const {
  std::string identity{static_cast<char>(all_), static_cast<char>(any_),
                       static_cast<char>(dnssec_)};
  std::vector<record::RrType> rest;
  for (const record::RrType type : types_)
    if (!(record::FactsOf(type).dnssec ? dnssec_ : any_)) rest.push_back(type);
  std::sort(rest.begin(), rest.end());
  rest.erase(std::unique(rest.begin(), rest.end()), rest.end());
  for (const record::RrType type : rest) AppendU16(identity, static_cast<std::uint16_t>(type));
  return identity;
}

Status Filter::Exclude(std::string_view text) {
  const auto indicator = ask::ParseIndicator(text);
  if (!indicator.ok()) return indicator.status();
  if (indicator->kind == ask::Indicator::Kind::kBlock) {
    excluded_addresses.push_back(indicator->block);
    return {};
  }
  auto pattern = ask::NamePattern::Parse(indicator->name);
  if (!pattern.ok()) return pattern.status();
  excluded_names.push_back(std::move(*pattern));
  return {};
}

Status Filter::Check() const {
  std::string_view contradiction;
  if (min_count > max_count) contradiction = "the least count is above the largest";
  if (first.from > first.to) contradiction = "the earliest first-seen is after the latest";
  if (last.from > last.to) contradiction = "the earliest last-seen is after the latest";
  if (first.from > last.to) contradiction = "the earliest first-seen is after the latest last-seen";
  if (active.has_value()) {
    if (active->from > active->to) contradiction = "the first day is after the last";
    if (first.from >= active->to + std::chrono::days(1))
      contradiction = "the earliest first-seen is after the days";
    if (last.to < active->from) contradiction = "the latest last-seen is before the days";
  }
  if (contradiction.empty()) return {};
  return Status::Usage(fmt::format("no row can pass these filters: {}", contradiction));
}

bool Filter::Passes(const record::Tuple& tuple, const record::History& history) const {
  if (!types.Holds(tuple.type)) return false;
  if (!first.Holds(history.first) || !last.Holds(history.last)) return false;
  if (history.count < min_count || history.count > max_count) return false;
  if (sensors != 0 && (history.sensors & sensors) == 0) return false;
  if (active.has_value() && !record::SeenBetween(history, active->from, active->to)) return false;
  if (!bailiwicks.empty()) {
    const record::Bailiwick bailiwick = history.bailiwick;
    if (!bailiwick.known() || !AnyMatches(bailiwicks, ZoneOf(tuple, bailiwick))) return false;
  }
  for (const dns::AddressBlock& block : excluded_addresses) {
    if (HoldsAddress(block, tuple)) return false;
  }
  if (excluded_names.empty()) return true;
  return !AnyMatches(excluded_names, record::Name::FromWire(tuple.owner).value_or(record::Name()));
}

}  // namespace pdns::query
