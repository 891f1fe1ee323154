#include "render/zone.h"

#include <fmt/format.h>

#include <utility>

#include "base/bytes.h"
#include "dns/presentation/common_form.h"
#include "dns/presentation/rdata_text.h"
#include "dns/text.h"
#include "record/name.h"
#include "render/text.h"

namespace pdns::render {
namespace {

using record::RrType;

constexpr std::size_t kHeldRows = 10000;
constexpr std::size_t kHeldBytes = 16U << 20;
constexpr std::string_view kBegin = "$TTL 0 ; TTLs are not kept\n";

bool NoZoneTakes(RrType type) {
  return record::IsMeta(type) || type == RrType::kMd || type == RrType::kMf;
}

// May a parser know the type, now or later? Then it judges the generic form as well.
bool IsAssigned(RrType type) {
  constexpr unsigned kAssignedBelow = 1024;  // IANA gives numbers from 1, and some from 32768 on
  constexpr unsigned kSecondRange = 32768;
  constexpr unsigned kSecondSize = 256;
  const auto number = static_cast<unsigned>(type);
  return number < kAssignedBelow || number - kSecondRange < kSecondSize;
}

// Would this one record make the whole zone unloadable? The generic form is for what the parser of
// the type may refuse. BIND reads the expression of a NAPTR, of which only plain ones are left to
// it.
bool NoParserTakes(RrType type, std::string_view rdata) {
  if (rdata.starts_with("\\#")) return IsAssigned(type);
  return type == RrType::kNaptr && !dns::HasPlainExpression(rdata);
}

bool StandsBesideAlias(RrType type) { return type == RrType::kRrsig || type == RrType::kNsec; }

std::string Remark(const query::Hit& hit, const Look& look) {
  std::string text = fmt::format("{} .. {} {}", TimeText(hit.history.first, look.local),
                                 TimeText(hit.history.last, look.local), hit.history.count);
  if (look.reason) text.append(1, ' ').append(ReasonText(hit.history.reasons));
  if (look.asked && hit.asked != nullptr) text.append(", asked ").append(AskedText(hit));
  if (look.path && !hit.path.empty()) text.append(", by ").append(PathText(hit));
  return text;
}

}  // namespace

void ZoneLines::Add(const query::Hit& hit) {
  const record::Tuple& tuple = hit.tuple;
  const bool full = held_.size() >= kHeldRows || held_bytes_ >= kHeldBytes;
  if (full || owner_ != AsText(tuple.owner)) {
    Release();
    owner_ = AsText(tuple.owner);
  }
  const std::string type = dns::TypeToText(tuple.type);
  const std::string rdata = dns::RdataToText(tuple.type, tuple.rdata);
  std::string text = fmt::format("{:<24} IN {:<6} {:<24} ; {}\n", dns::NameToText(tuple.owner),
                                 type, rdata, Remark(hit, look()));
  held_bytes_ += text.size();
  const bool comment =
      NoZoneTakes(tuple.type) || NoParserTakes(tuple.type, rdata) || IsOfZoneBelow(tuple);
  held_.push_back({tuple.type, hit.history.last, comment, std::move(text)});
}

// Remembers the zone, else.
bool ZoneLines::IsOfZoneBelow(const record::Tuple& tuple) {
  if (tuple.type != RrType::kSoa || zone_ == AsText(tuple.owner)) return false;
  if (!zone_.empty() && record::IsAtOrUnder(tuple.owner, AsBytes(zone_))) return true;
  zone_ = AsText(tuple.owner);
  return false;
}

void ZoneLines::KeepLastSeen(RrType type) {
  Line* kept = nullptr;
  for (Line& line : held_) {
    if (line.type != type) continue;
    const bool later = kept == nullptr || line.last > kept->last;
    if (later && kept != nullptr) kept->comment = true;
    if (!later) line.comment = true;
    if (later) kept = &line;
  }
}

void ZoneLines::KeepAliasOrOthers() {
  const Line* alias = nullptr;
  const Line* other = nullptr;
  for (const Line& line : held_) {
    if (line.comment || StandsBesideAlias(line.type)) continue;
    const Line*& side = line.type == RrType::kCname ? alias : other;
    if (side == nullptr || line.last > side->last) side = &line;
  }
  if (alias == nullptr || other == nullptr) return;
  const bool alias_stays = alias->last > other->last;
  for (Line& line : held_) {
    if (StandsBesideAlias(line.type)) continue;
    if ((line.type == RrType::kCname) != alias_stays) line.comment = true;
  }
}

void ZoneLines::Release() {
  if (held_.empty()) return;
  for (const RrType type : {RrType::kSoa, RrType::kCname, RrType::kDname}) KeepLastSeen(type);
  KeepAliasOrOthers();
  std::string text;
  if (!std::exchange(begun_, true)) text = kBegin;
  for (const Line& line : held_) {
    if (line.comment) text += "; ";
    text += line.text;
  }
  held_.clear();
  held_bytes_ = 0;
  Write(text);
}

}  // namespace pdns::render
