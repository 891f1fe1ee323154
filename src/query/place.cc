#include "query/place.h"

#include "base/bytes.h"
#include "record/tuple_key.h"

namespace pdns::query {
namespace {

struct Parts {
  std::string_view at;
  Bytes owner;
  record::RrType type;
  std::string_view rdata_id;
};

// What was found of a row of text is its rdata: as much of it as every RdataId shows.
std::string_view TextOf(std::string_view rdata_id) {
  constexpr std::size_t kDigest = 32;
  if (rdata_id.size() == record::kRdataIdSize) rdata_id.remove_suffix(kDigest);
  return rdata_id;
}

// Zero bytes as 00 ff, 00 00 at the end: no text is the beginning of another.
void AppendEnded(std::string& out, std::string_view text) {
  for (const char byte : text) {
    out.push_back(byte);
    if (byte == '\0') out.push_back('\xff');
  }
  out.append(2, '\0');
}

void AppendOrder(std::string& out, std::uint64_t question, store::Side side, const Parts& parts) {
  AppendU64(out, question);
  const auto type = static_cast<std::uint16_t>(parts.type);
  if (side == store::Side::kOwner) {
    record::AppendOrderedName(out, parts.owner);
    AppendU16(out, type);
  } else {
    if (side == store::Side::kText) {
      AppendEnded(out, TextOf(parts.rdata_id));
    } else {
      out.append(parts.at);  // N(target), or addresses of one size
    }
    AppendU16(out, type);
    record::AppendOrderedName(out, parts.owner);
  }
  out.append(parts.rdata_id);
}

}  // namespace

OwnedPlace Keep(const Place& place, const record::Tuple& tuple) {
  return {place.question,
          {std::string(place.at), record::Name::FromWire(tuple.owner).value_or(record::Name()),
           tuple.type, record::RdataId(tuple.rdata)}};
}

void AppendPlaceOrder(std::string& out, const Place& place, const record::Tuple& tuple) {
  const std::string id = record::RdataId(tuple.rdata);
  AppendOrder(out, place.question, place.side, {place.at, tuple.owner, tuple.type, id});
}

void AppendPlaceOrder(std::string& out, store::Side side, const OwnedPlace& place) {
  AppendOrder(out, place.question, side,
              {place.row.at, place.row.owner.wire(), place.row.type, place.row.rdata_id});
}

}  // namespace pdns::query
