#include "store/found_at.h"

#include <algorithm>

#include "dns/targets.h"

namespace pdns::store {
namespace {

// Where a target stands among the reverse keys.
bool Before(const FoundAt& a, const FoundAt& b) {
  return a.kind != b.kind ? a.kind < b.kind : a.at < b.at;
}

bool Inside(const Selection& selection, const FoundAt& found) {
  if (selection.side == Side::kAddress) {
    const Span& span = selection.span;
    if (found.kind != Kind::kIpv4 && found.kind != Kind::kIpv6) return false;
    // Of the same size: as bytes an IPv4 address may lie between two IPv6 addresses.
    return span.lo.empty() ||
           (found.at.size() == span.lo.size() && span.lo <= found.at && found.at <= span.hi);
  }
  if (selection.side != Side::kTarget || found.kind != Kind::kName) return false;
  if (!found.at.starts_with(selection.span.lo)) return false;
  std::string jump;
  return selection.names == nullptr || selection.names->Match(found.at, jump) == Step::kTake;
}

FoundAt FoundOf(const dns::Target& target) {
  FoundAt found;
  if (target.kind == dns::Target::Kind::kName) {
    found.kind = Kind::kName;
    record::AppendOrderedName(found.at, target.bytes);
  } else {
    found.kind = target.kind == dns::Target::Kind::kIpv4 ? Kind::kIpv4 : Kind::kIpv6;
    found.at = AsText(target.bytes);
  }
  return found;
}

}  // namespace

bool HasType(const Selection& selection, record::RrType type) {
  return selection.types.empty() ||
         std::find(selection.types.begin(), selection.types.end(), type) != selection.types.end();
}

bool HoldsOne(const Selection& selection) {
  const std::string& lo = selection.span.lo;
  if (selection.side == Side::kAddress) return !lo.empty() && lo == selection.span.hi;
  if (selection.side == Side::kText) return false;
  // N(name) ends with two zero bytes, that of the root is a single one; what ends otherwise is the
  // beginning of many names (schema/keys.md).
  const std::size_t size = lo.size();
  return size == 1 ? lo[0] == 0 : size > 1 && lo[size - 1] == 0 && lo[size - 2] == 0;
}

std::optional<FoundAt> FirstInside(const Selection& selection, const record::Tuple& tuple) {
  if (selection.side == Side::kText) {
    // A text has no target: its row is found by its type alone, and what it says is tested by the
    // caller.
    if (!IsText(tuple.type)) return std::nullopt;
    return FoundAt{Kind::kText, {}};
  }
  std::optional<FoundAt> first;
  for (const dns::Target& target : dns::TargetsOf(tuple.type, tuple.rdata)) {
    FoundAt found = FoundOf(target);
    if (Inside(selection, found) && (!first.has_value() || Before(found, *first)))
      first = std::move(found);
  }
  return first;
}

}  // namespace pdns::store
