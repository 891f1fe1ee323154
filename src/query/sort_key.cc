#include "query/sort_key.h"

#include <array>
#include <utility>

#include "base/bytes.h"
#include "dns/presentation/rdata_text.h"
#include "dns/targets.h"
#include "dns/text.h"
#include "record/name.h"
#include "record/tuple_key.h"

namespace pdns::query {
namespace {

using record::Tuple;

constexpr std::array<std::pair<std::string_view, SortBy>, 6> kNames{{
    {"first", SortBy::kFirst},
    {"last", SortBy::kLast},
    {"count", SortBy::kCount},
    {"name", SortBy::kName},
    {"type", SortBy::kType},
    {"rdata", SortBy::kRdata},
}};

// First byte of a key by rdata.
enum class Kind : std::uint8_t { kName = 2, kIpv4 = 4, kIpv6 = 6, kOther = 9 };

void AppendTime(std::string& out, std::chrono::sys_seconds time) {
  AppendU64(out, static_cast<std::uint64_t>(time.time_since_epoch().count()));
}

void AppendKind(std::string& out, Kind kind) { out.push_back(static_cast<char>(kind)); }

// Zero bytes as 00 ff, 00 00 at the end.
void AppendEscaped(std::string& out, Bytes bytes) {
  for (const std::uint8_t byte : bytes) {
    out.push_back(static_cast<char>(byte));
    if (byte == 0) out.push_back('\xff');
  }
  out.append(2, '\0');
}

// The first target says it; those behind it are the hints of a service.
void AppendRdata(std::string& out, const Tuple& tuple) {
  const dns::Targets targets = dns::TargetsOf(tuple.type, tuple.rdata);
  if (targets.empty()) {
    AppendKind(out, Kind::kOther);
    return AppendEscaped(out, tuple.rdata);
  }
  const dns::Target target = targets[0];
  switch (target.kind) {
    case dns::Target::Kind::kName:
      AppendKind(out, Kind::kName);
      return record::AppendOrderedName(out, target.bytes);
    case dns::Target::Kind::kIpv4:
      AppendKind(out, Kind::kIpv4);
      return AppendBytes(out, target.bytes);
    case dns::Target::Kind::kIpv6:
      AppendKind(out, Kind::kIpv6);
      return AppendBytes(out, target.bytes);
  }
}

void AppendForward(std::string& out, SortBy by, const Tuple& tuple,
                   const record::History& history) {
  switch (by) {
    case SortBy::kFirst:
      return AppendTime(out, history.first);
    case SortBy::kLast:
      return AppendTime(out, history.last);
    case SortBy::kCount:
      return AppendU64(out, history.count);
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
  for (const auto& [name, by] : kNames) {
    if (name == text) return by;
  }
  return std::nullopt;
}

std::string SortNames(std::string_view between) {
  std::string names;
  for (const auto& [name, by] : kNames) {
    if (!names.empty()) names += between;
    names += name;
  }
  return names;
}

void AppendSortKey(std::string& out, SortBy by, bool reverse, const Tuple& tuple,
                   const record::History& history) {
  const std::size_t start = out.size();
  AppendForward(out, by, tuple, history);
  if (!reverse) return;
  // No key is the beginning of another, so that the first byte that differs decides either way.
  for (std::size_t i = start; i < out.size(); ++i) out[i] = static_cast<char>(~out[i]);
}

void AppendValueKey(std::string& out, const Tuple& tuple) {
  const std::string text = dns::RdataToText(tuple.type, tuple.rdata);
  // Any type may hold a name alone, and no other text than a name's looks like one.
  const bool name = !tuple.rdata.empty() && record::NameLength(tuple.rdata) == tuple.rdata.size() &&
                    text == dns::NameToText(tuple.rdata);
  if (name) {
    AppendKind(out, Kind::kName);
    return record::AppendOrderedName(out, tuple.rdata);
  }
  const bool ipv4 = tuple.type == record::RrType::kA;
  const bool address = (ipv4 || tuple.type == record::RrType::kAaaa) && !text.starts_with("\\#");
  if (address) {
    AppendKind(out, ipv4 ? Kind::kIpv4 : Kind::kIpv6);
    return AppendBytes(out, tuple.rdata);
  }
  AppendKind(out, Kind::kOther);
  out.append(text).push_back('\0');
}

}  // namespace pdns::query
