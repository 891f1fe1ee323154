#include "dns/targets.h"

#include "record/name.h"
#include "record/type_facts.h"

namespace pdns::dns {
namespace {

using record::FactsOf;
using record::TargetForm;
using Kind = Target::Kind;

constexpr std::size_t kIpv4Size = 4;
constexpr std::size_t kIpv6Size = 16;
constexpr std::uint16_t kParamIpv4Hint = 4;  // RFC 9460 14.3.2
constexpr std::uint16_t kParamIpv6Hint = 6;

void AddAddress(Targets& targets, Kind kind, std::size_t size, Bytes rdata) {
  if (rdata.size() == size) targets.Add(kind, 0, size);
}

// The offset behind the name; 0 when the rdata does not hold it.
std::size_t AddName(Targets& targets, record::RrType type, Bytes rdata) {
  const auto at = NameTargetOffset(type, rdata);
  if (!at.has_value() || *at >= rdata.size()) return 0;
  const std::size_t size = record::NameLength(rdata.subspan(*at));
  if (size == 0) return 0;
  targets.Add(Kind::kName, *at, size);
  return *at + size;
}

bool Holds(const Targets& targets, Kind kind, Bytes bytes) {
  for (const Target target : targets) {
    if (target.kind == kind && Same(target.bytes, bytes)) return true;
  }
  return false;
}

void AddHints(Targets& targets, Bytes rdata, std::size_t params_at) {
  Cursor params(rdata, params_at);
  while (params.left() > 0) {
    const std::uint16_t param = params.U16();
    const Bytes value = params.Read(params.U16());
    if (!params.ok()) return;
    if (param != kParamIpv4Hint && param != kParamIpv6Hint) continue;
    const Kind kind = param == kParamIpv4Hint ? Kind::kIpv4 : Kind::kIpv6;
    const std::size_t size = param == kParamIpv4Hint ? kIpv4Size : kIpv6Size;
    const std::size_t value_at = params.position() - value.size();
    for (std::size_t at = 0; at + size <= value.size(); at += size) {
      // The limit is also that of the look for the same address among those before.
      if (targets.size() == Targets::kMaxTargets) return;
      if (!Holds(targets, kind, value.subspan(at, size))) targets.Add(kind, value_at + at, size);
    }
  }
}

}  // namespace

std::optional<std::size_t> NameTargetOffset(record::RrType type, Bytes rdata) {
  const record::TypeFacts& facts = FactsOf(type);
  switch (facts.target) {
    case TargetForm::kName:
    case TargetForm::kService:
      return facts.layout.before;
    case TargetForm::kLastName: {
      Cursor cursor(rdata);
      cursor.Read(4);                                        // order, preference
      for (int i = 0; i < 3; ++i) cursor.Read(cursor.U8());  // flags, services, regexp
      return cursor.ok() ? std::optional(cursor.position()) : std::nullopt;
    }
    case TargetForm::kNone:
    case TargetForm::kIpv4:
    case TargetForm::kIpv6:
      break;
  }
  return std::nullopt;
}

Targets TargetsOf(record::RrType type, Bytes rdata) {
  Targets targets(rdata);
  switch (FactsOf(type).target) {
    case TargetForm::kNone:
      break;
    case TargetForm::kIpv4:
      AddAddress(targets, Kind::kIpv4, kIpv4Size, rdata);
      break;
    case TargetForm::kIpv6:
      AddAddress(targets, Kind::kIpv6, kIpv6Size, rdata);
      break;
    case TargetForm::kName:
    case TargetForm::kLastName:
      AddName(targets, type, rdata);
      break;
    case TargetForm::kService:
      if (const std::size_t end = AddName(targets, type, rdata); end > 0)
        AddHints(targets, rdata, end);
      break;
  }
  return targets;
}

bool MayHaveSeveralTargets(record::RrType type) {
  return FactsOf(type).target == TargetForm::kService;
}

}  // namespace pdns::dns
