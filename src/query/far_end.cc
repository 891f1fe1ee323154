#include "query/far_end.h"

#include <algorithm>
#include <optional>

#include "dns/address_block.h"
#include "dns/text.h"
#include "record/tuple_key.h"
#include "store/reverse_key.h"

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

std::optional<FarEnd> Address(Bytes bytes, std::size_t size) {
  if (bytes.size() != size) return std::nullopt;
  return FarEnd{Kind::kAddress, std::string(AsText(bytes))};
}

std::optional<FarEnd> WholeName(Bytes rdata, Kind kind) {
  if (record::NameLength(rdata) != rdata.size()) return std::nullopt;
  return FarEnd{kind, std::string(AsText(rdata))};
}

std::optional<FarEnd> OnlyEndOf(const record::Tuple& tuple) {
  switch (tuple.type) {
    case RrType::kA:
      return Address(tuple.rdata, 4);
    case RrType::kAaaa:
      return Address(tuple.rdata, 16);
    case RrType::kCname:
    case RrType::kDname:
      return WholeName(tuple.rdata, Kind::kName);
    case RrType::kNs:
      return WholeName(tuple.rdata, Kind::kNameServer);
    default:
      return std::nullopt;
  }
}

std::optional<FarEnd> EndOfKey(Bytes key) {
  Cursor cursor(key);
  switch (static_cast<store::Kind>(cursor.U8())) {
    case store::Kind::kIpv4:
      return Address(cursor.Take(4), 4);
    case store::Kind::kIpv6:
      return Address(cursor.Take(16), 16);
    case store::Kind::kName: {
      const record::Name target = record::ReadOrderedName(cursor);
      if (target == record::Name()) return std::nullopt;
      return FarEnd{Kind::kName, std::string(AsText(target.wire()))};
    }
    case store::Kind::kOther:
      break;
  }
  return std::nullopt;
}

}  // namespace

std::string FarEnd::Text() const {
  return kind == Kind::kAddress ? dns::BlockText(OneAddress(AsBytes(bytes)))
                                : dns::NameToText(AsBytes(bytes));
}

std::vector<FarEnd> FarEndsOf(const record::Tuple& tuple, store::Index index) {
  if (index == store::Index::kReverse)
    return {FarEnd{Kind::kName, std::string(AsText(tuple.owner))}};
  std::vector<FarEnd> ends;
  const auto add = [&](std::optional<FarEnd> end) {
    if (end.has_value()) ends.push_back(std::move(*end));
  };
  if (!store::MayHaveSeveralReverseKeys(tuple.type)) {
    add(OnlyEndOf(tuple));
    return ends;
  }
  const store::KeyList keys = store::ReverseKeysOf(tuple);
  ends.reserve(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) add(EndOfKey(AsBytes(keys[i])));
  return ends;
}

}  // namespace pdns::query
