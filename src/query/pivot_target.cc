#include "query/pivot_target.h"

#include <algorithm>
#include <optional>

#include "dns/address_block.h"
#include "dns/targets.h"
#include "dns/text.h"
#include "record/name.h"

namespace pdns::query {
namespace {

using record::RrType;
using Kind = PivotNode::Kind;

dns::AddressBlock OneAddress(Bytes bytes) {
  dns::AddressBlock block;
  block.size = bytes.size();
  std::copy(bytes.begin(), bytes.end(), block.first.begin());
  block.last = block.first;
  return block;
}

bool IsFollowed(RrType type) {
  switch (type) {
    case RrType::kA:
    case RrType::kAaaa:
    case RrType::kCname:
    case RrType::kDname:
    case RrType::kNs:
    case RrType::kSvcb:
    case RrType::kHttps:
      return true;
    default:
      return false;
  }
}

std::optional<PivotTarget> EndOf(const record::Tuple& tuple, const dns::Target& target) {
  const std::string bytes(AsText(target.bytes));
  if (target.kind != dns::Target::Kind::kName) return PivotTarget{Kind::kAddress, bytes};
  if (dns::MayHaveSeveralTargets(tuple.type)) {
    const bool root = target.bytes.size() == 1;
    return root ? std::nullopt : std::optional(PivotTarget{Kind::kName, bytes});
  }
  if (target.bytes.size() != tuple.rdata.size()) return std::nullopt;  // more than its name
  return PivotTarget{tuple.type == RrType::kNs ? Kind::kNameServer : Kind::kName, bytes};
}

}  // namespace

std::string PivotTarget::Text() const {
  return kind == Kind::kAddress ? dns::BlockText(OneAddress(AsBytes(bytes)))
                                : dns::NameToText(AsBytes(bytes));
}

std::vector<PivotTarget> PivotTargetsOf(const record::Tuple& tuple) {
  std::vector<PivotTarget> ends;
  if (!IsFollowed(tuple.type)) return ends;
  for (const dns::Target target : dns::TargetsOf(tuple.type, tuple.rdata)) {
    auto end = EndOf(tuple, target);
    if (end.has_value()) ends.push_back(std::move(*end));
  }
  return ends;
}

PivotTarget OwnerAsTarget(const record::Tuple& tuple) {
  return {Kind::kName, std::string(AsText(tuple.owner))};
}

}  // namespace pdns::query
