#include "store_rocks/read/spans.h"

#include <algorithm>

#include "store/found_at.h"

namespace pdns::store_rocks {
namespace {

using store::HoldsOne;
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

}  // namespace

std::vector<KeyRange> RangesOf(const Selection& selection) {
  const KeyRange whole = WholeRange(selection);
  // Behind more than one name the types come again for each of them, so they make no ranges.
  if (selection.types.empty() || !HoldsOne(selection)) return {whole};
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

store::Step PassesName(const Selection& selection, const store::ReverseParts& key,
                       std::string& jump) {
  if (selection.names == nullptr) return store::Step::kTake;
  const store::Step step = selection.names->Match(key.at, jump);
  // The test of names knows names; in a reverse key the kind stands before them.
  if (step == store::Step::kJump) jump.insert(jump.begin(), static_cast<char>(key.kind));
  return step;
}

}  // namespace pdns::store_rocks
