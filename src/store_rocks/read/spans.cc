#include "store_rocks/read/spans.h"

#include <algorithm>

#include "dns/targets.h"

namespace pdns::store_rocks {
namespace {

using store::KeyRange;
using store::Kind;
using store::Selection;
using store::Side;

Kind KindOf(const Selection& selection) {
  if (selection.side == Side::kTarget) return Kind::kName;
  if (selection.side == Side::kText) return Kind::kText;
  return selection.span.lo.size() == 4 ? Kind::kIpv4 : Kind::kIpv6;
}

std::string Prefix(Kind kind, std::string_view payload) {
  return std::string(1, static_cast<char>(kind)).append(payload);
}

KeyRange WholeRange(const Selection& selection) {
  const store::Span& span = selection.span;
  if (selection.side == Side::kOwner) return store::PrefixRange(span.lo);
  if (selection.side != Side::kAddress) {
    const bool text = selection.side == Side::kText;
    return store::PrefixRange(Prefix(KindOf(selection), text ? std::string_view() : span.lo));
  }
  // All addresses: 0x04 and 0x06, and no kind stands between them and 0x09, that of texts
  // (store/reverse_key.h).
  if (span.lo.empty()) return {Prefix(Kind::kIpv4, ""), Prefix(Kind::kText, "")};
  return {Prefix(KindOf(selection), span.lo),
          store::PrefixRange(Prefix(KindOf(selection), span.hi)).hi};
}

// Does the span hold one name or one address? Then its rows stand by their type.
bool IsOne(const Selection& selection) {
  const std::string& lo = selection.span.lo;
  if (selection.side == Side::kAddress) return !lo.empty() && lo == selection.span.hi;
  if (selection.side == Side::kText) return false;
  // N(name) ends with two zero bytes, that of the root is a single one; what ends otherwise is the
  // beginning of many names (schema/keys.md).
  const std::size_t size = lo.size();
  return size == 1 ? lo[0] == 0 : size > 1 && lo[size - 1] == 0 && lo[size - 2] == 0;
}

// Where a target stands among the reverse keys.
bool Before(const FoundAt& a, const FoundAt& b) {
  return a.kind != b.kind ? a.kind < b.kind : a.at < b.at;
}

bool Inside(const Selection& selection, const FoundAt& found) {
  if (selection.side == Side::kAddress) {
    const store::Span& span = selection.span;
    if (found.kind != Kind::kIpv4 && found.kind != Kind::kIpv6) return false;
    // Of the same size: as bytes an IPv4 address may lie between two IPv6 addresses.
    return span.lo.empty() ||
           (found.at.size() == span.lo.size() && span.lo <= found.at && found.at <= span.hi);
  }
  if (selection.side != Side::kTarget || found.kind != Kind::kName) return false;
  if (!found.at.starts_with(selection.span.lo)) return false;
  std::string jump;
  return selection.names == nullptr || selection.names->Match(found.at, jump) == store::Step::kTake;
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

std::vector<KeyRange> RangesOf(const Selection& selection) {
  const KeyRange whole = WholeRange(selection);
  // Behind more than one name the types come again for each of them, so they make no ranges.
  if (selection.types.empty() || !IsOne(selection)) return {whole};
  std::vector<record::RrType> types = selection.types;
  // Ranges in key order, each once: a cursor tells by its key which of them are done.
  std::sort(types.begin(), types.end());
  types.erase(std::unique(types.begin(), types.end()), types.end());
  std::vector<KeyRange> ranges;
  for (const record::RrType type : types) {
    std::string prefix = whole.lo;
    // Big endian, so that types stand in the order of their numbers.
    AppendU16(prefix, static_cast<std::uint16_t>(type));
    ranges.push_back(store::PrefixRange(std::move(prefix)));
  }
  return ranges;
}

std::string KeyAfter(const Selection& selection) {
  const store::Place& place = *selection.after;
  // Made, not looked up: the row where the last answer ended may have expired since.
  std::string key = store::OwnerKey(place.owner.wire());
  const std::size_t owner = key.size();
  AppendU16(key, static_cast<std::uint16_t>(place.type));
  store::AppendRestOfId(key, owner, place.rdata_id);
  if (selection.side == Side::kOwner || selection.trust == store::Trust::kQuarantined) return key;
  const auto row = store::SplitRowKey(AsBytes(key));
  if (!row.has_value()) return key;
  Kind kind = KindOf(selection);
  if (selection.side == Side::kAddress && selection.span.lo.empty())
    kind = place.at.size() == 4 ? Kind::kIpv4 : Kind::kIpv6;
  std::string whole = store::ReverseKeyAt(kind, place.at, *row);
  return whole.size() > store::kMaxReverseKey ? store::CutReverseKey(whole) : whole;
}

bool HasType(const Selection& selection, record::RrType type) {
  return selection.types.empty() ||
         std::find(selection.types.begin(), selection.types.end(), type) != selection.types.end();
}

store::Step PassesName(const Selection& selection, const store::ReverseParts& key,
                       std::string& jump) {
  if (selection.names == nullptr) return store::Step::kTake;
  const store::Step step = selection.names->Match(key.at, jump);
  // The test of names knows names; in a reverse key the kind stands before them.
  if (step == store::Step::kJump) jump.insert(jump.begin(), static_cast<char>(key.kind));
  return step;
}

std::optional<FoundAt> FirstInside(const Selection& selection, const record::Tuple& tuple) {
  if (selection.side == Side::kText) {
    // A text has no target: its row is found by its type alone, and what it says is tested by the
    // caller.
    if (!store::IsText(tuple.type)) return std::nullopt;
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

}  // namespace pdns::store_rocks
