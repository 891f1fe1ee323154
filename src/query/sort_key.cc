#include "query/sort_key.h"

#include <array>
#include <utility>

#include "base/bytes.h"
#include "record/tuple_key.h"
#include "store/reverse_key.h"

namespace pdns::query {
namespace {

using record::RrType;
using record::Tuple;
using store::Kind;

constexpr std::size_t kIpv4Size = 4;
constexpr std::size_t kIpv6Size = 16;

void AppendTime(std::string& out, std::chrono::sys_seconds time) {
  AppendU64(out, static_cast<std::uint64_t>(time.time_since_epoch().count()));
}

void AppendKind(std::string& out, Kind kind) { out.push_back(static_cast<char>(kind)); }

bool IsAddress(const Tuple& tuple) {
  return (tuple.type == RrType::kA && tuple.rdata.size() == kIpv4Size) ||
         (tuple.type == RrType::kAaaa && tuple.rdata.size() == kIpv6Size);
}

// Types that point at a name have fields that are names.
bool MayPointAtName(RrType type) { return record::RequiredFields(type) != 0; }

// N(name), of the first reverse key; what follows it there says no more about the order.
bool AppendTarget(std::string& out, const Tuple& tuple) {
  if (!MayPointAtName(tuple.type)) return false;
  const store::KeyList keys = store::ReverseKeysOf(tuple);
  if (keys.size() == 0) return false;
  Cursor cursor(AsBytes(keys[0]));
  if (static_cast<Kind>(cursor.U8()) != Kind::kName) return false;
  const record::Name target = record::ReadOrderedName(cursor);
  if (!cursor.ok()) return false;
  AppendKind(out, Kind::kName);
  record::AppendOrderedName(out, target.wire());
  return true;
}

// Zero bytes as 00 ff, 00 00 at the end.
void AppendEscaped(std::string& out, Bytes bytes) {
  for (const std::uint8_t byte : bytes) {
    out.push_back(static_cast<char>(byte));
    if (byte == 0) out.push_back('\xff');
  }
  out.append(2, '\0');
}

void AppendRdata(std::string& out, const Tuple& tuple) {
  if (IsAddress(tuple)) {
    AppendKind(out, tuple.type == RrType::kA ? Kind::kIpv4 : Kind::kIpv6);
    return AppendBytes(out, tuple.rdata);
  }
  if (AppendTarget(out, tuple)) return;
  AppendKind(out, Kind::kOther);
  AppendEscaped(out, tuple.rdata);
}

void AppendForward(std::string& out, SortBy by, const Tuple& tuple,
                   const record::Sighting& sighting) {
  switch (by) {
    case SortBy::kFirst:
      return AppendTime(out, sighting.first);
    case SortBy::kLast:
      return AppendTime(out, sighting.last);
    case SortBy::kCount:
      return AppendU64(out, sighting.count);
    case SortBy::kName:
      return record::AppendOrderedName(out, tuple.owner);
    case SortBy::kType:
      return AppendU16(out, static_cast<std::uint16_t>(tuple.type));
    case SortBy::kRdata:
      return AppendRdata(out, tuple);
  }
}

}  // namespace

std::optional<SortBy> SortByFromText(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, SortBy>, 6> kWords{{
      {"first", SortBy::kFirst},
      {"last", SortBy::kLast},
      {"count", SortBy::kCount},
      {"name", SortBy::kName},
      {"type", SortBy::kType},
      {"rdata", SortBy::kRdata},
  }};
  for (const auto& [word, by] : kWords) {
    if (word == text) return by;
  }
  return std::nullopt;
}

void AppendSortKey(std::string& out, SortBy by, bool reverse, const Tuple& tuple,
                   const record::Sighting& sighting) {
  const std::size_t start = out.size();
  AppendForward(out, by, tuple, sighting);
  if (!reverse) return;
  // No key is the beginning of another, so that the first byte that differs decides either way.
  for (std::size_t i = start; i < out.size(); ++i) out[i] = static_cast<char>(~out[i]);
}

}  // namespace pdns::query
