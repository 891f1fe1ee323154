#include "serve/dnsdb_objects.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "dns/presentation/rdata_text.h"
#include "dns/targets.h"
#include "dns/text.h"
#include "record/name.h"
#include "render/text.h"

namespace pdns::serve {
namespace {

// What a line has beside its rdata: names of at most 255 bytes, escaped fourfold, twice over in
// JSON, and some 200 bytes of keys and numbers.
constexpr std::size_t kEnvelope = 5U << 10;

// How much longer a text gets as a JSON string: RdataToText writes 7-bit text, where JSON escapes
// quotes and backslashes alone.
std::size_t JsonLength(std::string_view text) {
  const auto escaped =
      std::count_if(text.begin(), text.end(), [](char c) { return c == '"' || c == '\\'; });
  return text.size() + static_cast<std::size_t>(escaped) + 3;  // quotes and a comma
}

}  // namespace

struct DnsdbObjects::Rrset {
  std::vector<std::string> rdata;
  std::size_t length = kEnvelope;
  std::uint64_t count = 0;
  std::chrono::sys_seconds first = std::chrono::sys_seconds::max();
  std::chrono::sys_seconds last = std::chrono::sys_seconds::min();
  std::string bailiwick;
};

DnsdbObjects::DnsdbObjects(const DnsdbRequest& request, bool v2, Sink sink)
    : shape_(request.shape),
      human_time_(request.human_time),
      v2_(v2),
      excluded_targets_(request.excluded_targets),
      sink_(std::move(sink)) {}

DnsdbObjects::~DnsdbObjects() = default;

bool DnsdbObjects::Add(const query::Hit& hit) {
  switch (shape_) {
    case DnsdbShape::kRrset:
      return AddToRrset(hit);
    case DnsdbShape::kRdata:
      return TellRecord(hit);
    case DnsdbShape::kFlexName:
    case DnsdbShape::kFlexRdata:
      return TellFlex(hit);
  }
  return true;
}

bool DnsdbObjects::Finish() { return TellGathered(); }

bool DnsdbObjects::AddToRrset(const query::Hit& hit) {
  if (AsText(hit.tuple.owner) != owner_ || hit.tuple.type != type_) {
    if (!TellGathered()) return false;
    owner_ = AsText(hit.tuple.owner);
    type_ = hit.tuple.type;
  }
  std::string rdata = dns::RdataToText(hit.tuple.type, hit.tuple.rdata);
  const std::size_t length = JsonLength(rdata);
  if (kEnvelope + length > kMostLine) {
    ++too_long_;
    return true;
  }
  std::string bailiwick = render::BailiwickText(hit);
  Rrset& rrset = gathered_[bailiwick];
  if (rrset.length + length > kMostLine) {
    if (!TellRrset(rrset)) return false;
    rrset = {};
  }
  rrset.bailiwick = std::move(bailiwick);
  rrset.rdata.push_back(std::move(rdata));
  rrset.length += length;
  rrset.count = std::max(rrset.count, hit.history.count);
  rrset.first = std::min(rrset.first, hit.history.first);
  rrset.last = std::max(rrset.last, hit.history.last);
  return true;
}

bool DnsdbObjects::TellGathered() {
  const auto all = std::exchange(gathered_, {});
  return std::all_of(all.begin(), all.end(),
                     [this](const auto& one) { return TellRrset(one.second); });
}

bool DnsdbObjects::TellRrset(const Rrset& rrset) {
  json_.BeginObject();
  Facts(rrset.count, rrset.first, rrset.last);
  json_.Text("rrname", dns::NameToText(AsBytes(owner_)));
  json_.Text("rrtype", dns::TypeToText(type_));
  json_.Text("bailiwick", rrset.bailiwick);
  json_.BeginArray("rdata");
  for (const std::string& one : rrset.rdata) json_.Text(one);
  json_.EndArray();
  json_.EndObject();
  return Tell(rrset.count, rrset.first, rrset.last);
}

bool DnsdbObjects::TellRecord(const query::Hit& hit) {
  const record::History& history = hit.history;
  const std::string rdata = dns::RdataToText(hit.tuple.type, hit.tuple.rdata);
  if (kEnvelope + JsonLength(rdata) > kMostLine) {
    ++too_long_;
    return true;
  }
  json_.BeginObject();
  Facts(history.count, history.first, history.last);
  json_.Text("rrname", dns::NameToText(hit.tuple.owner));
  json_.Text("rrtype", dns::TypeToText(hit.tuple.type));
  if (v2_) {
    json_.BeginArray("rdata");
    json_.Text(rdata);
    json_.EndArray();
  } else {
    json_.Text("rdata", rdata);
  }
  json_.EndObject();
  return Tell(history.count, history.first, history.last);
}

// Rows of one name, or with one target, follow each other; of each what is told is told once.
bool DnsdbObjects::IsNewFlex(const query::Hit& hit, const std::string& key) {
  std::string group(AsText(hit.tuple.owner));
  if (shape_ == DnsdbShape::kFlexRdata) {
    group.clear();
    for (const dns::Target target : dns::TargetsOf(hit.tuple.type, hit.tuple.rdata)) {
      if (target.kind != dns::Target::Kind::kName) continue;
      group = AsText(target.bytes);
      const auto name = record::Name::FromWire(target.bytes);
      if (excluded_targets_ != nullptr && name.has_value() && excluded_targets_->Matches(*name))
        return false;
    }
  }
  if (group != flex_group_ || kept_.size() == kMostKept) kept_.clear();
  flex_group_ = std::move(group);
  return kept_.insert(Sha256(AsBytes(key))).second;
}

bool DnsdbObjects::TellFlex(const query::Hit& hit) {
  const bool names = shape_ == DnsdbShape::kFlexName;
  const std::string rrtype = dns::TypeToText(hit.tuple.type);
  const std::string rdata = names ? "" : dns::RdataToText(hit.tuple.type, hit.tuple.rdata);
  if (!IsNewFlex(hit, rrtype + ' ' + rdata)) return true;
  const std::string raw = names ? "" : ToHex(hit.tuple.rdata);
  if (kEnvelope + JsonLength(rdata) + raw.size() > kMostLine) {
    ++too_long_;
    return true;
  }
  json_.BeginObject();
  if (names) {
    json_.Text("rrname", dns::NameToText(hit.tuple.owner));
  } else {
    json_.Text("rdata", rdata);
    json_.Text("raw_rdata", raw);
  }
  json_.Text("rrtype", rrtype);
  json_.EndObject();
  return Tell(hit.history.count, hit.history.first, hit.history.last);
}

void DnsdbObjects::Facts(std::uint64_t count, std::chrono::sys_seconds first,
                         std::chrono::sys_seconds last) {
  json_.Number("count", count);
  if (human_time_) {
    json_.Text("time_first", render::TimeText(first));
    json_.Text("time_last", render::TimeText(last));
  } else {
    json_.Time("time_first", first);
    json_.Time("time_last", last);
  }
}

bool DnsdbObjects::Tell(std::uint64_t count, std::chrono::sys_seconds first,
                        std::chrono::sys_seconds last) {
  const bool more = sink_({json_.text(), count, first, last});
  json_.Clear();
  return more;
}

}  // namespace pdns::serve
