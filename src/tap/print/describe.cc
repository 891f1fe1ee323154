#include "tap/print/describe.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "dns/presentation/message_text.h"
#include "dns/text.h"
#include "record/name.h"
#include "record/outcome.h"

namespace pdns::tap {
namespace {

constexpr std::uint16_t kDnssecOk = 0x8000;

void TextField(Tree& tree, std::string_view key, const std::optional<Bytes>& bytes) {
  if (bytes.has_value()) tree.Text(key, Printable(AsText(*bytes)));
}

void NumberField(Tree& tree, std::string_view key, const std::optional<std::uint32_t>& number) {
  if (number.has_value()) tree.Number(key, *number);
}

void WordField(Tree& tree, std::string_view key, const std::optional<std::uint32_t>& number,
               std::string_view (*name)(std::uint32_t)) {
  if (!number.has_value()) return;
  const std::string_view word = name(*number);
  if (word.empty()) {
    tree.Number(key, *number);
  } else {
    tree.Word(key, word);
  }
}

void TimeField(Tree& tree, std::string_view key, const dnstap::Time& time, Zone zone) {
  if (!time.seconds.has_value()) return;
  if (const auto iso = IsoTime(time, zone); iso.has_value()) {
    tree.Time(key, *iso);
  } else {
    tree.Number(key, *time.seconds);  // of no calendar
  }
}

void AddressField(Tree& tree, std::string_view key, const std::optional<Bytes>& address) {
  if (!address.has_value()) return;
  const std::string text = AddressText(*address);
  tree.Text(key, text != "?" ? text : "malformed: " + ToHex(*address));
}

void ZoneField(Tree& tree, const std::optional<Bytes>& zone) {
  if (!zone.has_value()) return;
  const bool name = !zone->empty() && record::NameLength(*zone) == zone->size();
  tree.Text("query_zone", name ? dns::NameToText(*zone) : "malformed: " + ToHex(*zone));
}

void FlagsField(Tree& tree, const std::vector<std::string_view>& words) {
  if (tree.in_parts()) {
    tree.BeginList("flags");
    for (const std::string_view word : words) tree.Word({}, word);
    tree.EndList();
  } else {
    tree.Word("flags", fmt::format("{}", fmt::join(words, " ")));
  }
}

void DescribeOption(const dns::EdnsOption& option, Tree& tree) {
  const std::string name = dns::EdnsOptionName(option.code);
  const std::string text = dns::EdnsOptionText(option);
  if (!tree.in_parts()) {
    tree.Text({}, fmt::format("{}: {}", name, text));
    return;
  }
  tree.BeginMap({});
  tree.Number("code", option.code);
  tree.Text("name", name);
  tree.Text("text", text);
  tree.Text("data", ToHex(option.data));
  tree.EndMap();
}

void DescribeEdns(const dns::Edns& edns, Tree& tree) {
  tree.BeginMap("OPT_PSEUDOSECTION");
  tree.BeginMap("EDNS");
  tree.Number("version", edns.version);
  std::vector<std::string_view> flags;
  if ((edns.flags & kDnssecOk) != 0) flags.emplace_back("do");
  FlagsField(tree, flags);
  const auto reserved = static_cast<std::uint16_t>(edns.flags & ~kDnssecOk);
  if (reserved != 0) tree.Number("reserved_flags", reserved);
  tree.Number("udp", edns.udp_size);
  if (!edns.options.empty()) {
    tree.BeginList("options");
    for (const dns::EdnsOption& option : edns.options) DescribeOption(option, tree);
    tree.EndList();
  }
  if (edns.cut) tree.Text("malformed", "the options do not fill the record");
  tree.EndMap();
  tree.EndMap();
}

// Programs get the words that pdns-query uses.
std::string TypeText(record::RrType type, const Tree& tree) {
  return tree.in_parts() ? dns::TypeToText(type) : dns::TypeMnemonic(type);
}

void DescribeQuestion(const dns::Question& question, Tree& tree) {
  const std::string name = dns::NameToText(AsBytes(question.name));
  const std::string type = TypeText(question.type, tree);
  const std::string rr_class = dns::ClassToText(question.rr_class);
  if (!tree.in_parts()) {
    tree.Text({}, fmt::format("{} {} {}", name, rr_class, type));
    return;
  }
  tree.BeginMap({});
  tree.Text("rrname", name);
  tree.Text("class", rr_class);
  tree.Text("rrtype", type);
  tree.EndMap();
}

void DescribeRecord(const dns::Message& message, const dns::Record& record, Tree& tree) {
  const std::string name = dns::NameToText(AsBytes(record.owner));
  const std::string type = TypeText(record.type, tree);
  const std::string rr_class = dns::ClassToText(record.rr_class);
  const dns::RdataText rdata = dns::TextOfRdata(message, record);
  if (!tree.in_parts()) {
    tree.Text({}, fmt::format("{} {} {} {}{}{}{}", name, record.ttl, rr_class, type,
                              rdata.text.empty() ? "" : " ", rdata.text,
                              rdata.malformed ? " ; malformed" : ""));
    return;
  }
  tree.BeginMap({});
  tree.Text("rrname", name);
  tree.Number("ttl", record.ttl);
  tree.Text("class", rr_class);
  tree.Text("rrtype", type);
  tree.Text("rdata", rdata.text);
  if (rdata.malformed) tree.Text("malformed", "rdata");
  tree.EndMap();
}

void DescribeSection(const dns::Message& message, dns::Section section, std::string_view key,
                     Tree& tree) {
  bool begun = false;
  for (const dns::Record& record : message.records) {
    if (record.section != section) continue;
    if (!begun) tree.BeginList(key);
    begun = true;
    DescribeRecord(message, record, tree);
  }
  if (begun) tree.EndList();
}

void DescribeHeader(const dns::Message& message, Tree& tree) {
  const dns::Header& header = *message.header;
  tree.Word("opcode", dns::OpcodeToText(header.opcode()));
  tree.Word("status", dns::RcodeToText(message.rcode()));
  tree.Number("id", header.id);
  FlagsField(tree, dns::FlagWords(header));
  tree.Number("QUESTION", header.counts[0]);
  tree.Number("ANSWER", header.counts[1]);
  tree.Number("AUTHORITY", header.counts[2]);
  tree.Number("ADDITIONAL", header.counts[3]);
}

void DescribeDns(std::string_view key, const dns::Message& message, Tree& tree) {
  tree.BeginMap(key);
  if (message.header.has_value()) DescribeHeader(message, tree);
  if (message.edns.has_value()) DescribeEdns(*message.edns, tree);
  if (!message.questions.empty()) {
    tree.BeginList("QUESTION_SECTION");
    for (const dns::Question& question : message.questions) DescribeQuestion(question, tree);
    tree.EndList();
  }
  DescribeSection(message, dns::Section::kAnswer, "ANSWER_SECTION", tree);
  DescribeSection(message, dns::Section::kAuthority, "AUTHORITY_SECTION", tree);
  DescribeSection(message, dns::Section::kAdditional, "ADDITIONAL_SECTION", tree);
  if (message.behind > 0) tree.Number("bytes_behind", message.behind);
  if (!message.fault.empty()) {
    tree.Text("malformed", message.fault);
    tree.Text("wire", ToHex(message.wire));
  }
  tree.EndMap();
}

void DescribePolicy(const dnstap::Policy& policy, Tree& tree) {
  tree.BeginMap("policy");
  TextField(tree, "type", policy.type);
  TextField(tree, "rule", policy.rule);
  WordField(tree, "action", policy.action, dnstap::PolicyActionName);
  WordField(tree, "match", policy.match, dnstap::PolicyMatchName);
  TextField(tree, "value", policy.value);
  tree.EndMap();
}

void SizeField(Tree& tree, std::size_t size) {
  if (tree.in_parts()) {
    tree.Number("message_size", size);
  } else {
    tree.Word("message_size", fmt::format("{}b", size));
  }
}

std::string_view TypeName(std::uint32_t type) {
  return type > 0 && type < record::kMessageTypes ? record::MessageTypeName(type)
                                                  : std::string_view();
}

// The message of the other side, which some servers put into the frame as well.
void DescribeBoth(Frame& frame, Tree& tree) {
  const dnstap::Message& tap = frame.dnstap();
  const bool query = dnstap::IsQuery(tap.type);
  if (tap.query_message.has_value()) {
    DescribeDns("query_message_data",
                query ? frame.Whole() : dns::ReadMessage(*tap.query_message, dns::Depth::kAll),
                tree);
  }
  if (tap.response_message.has_value()) {
    DescribeDns("response_message_data",
                query ? dns::ReadMessage(*tap.response_message, dns::Depth::kAll) : frame.Whole(),
                tree);
  }
}

}  // namespace

void Describe(Frame& frame, Zone zone, Tree& tree) {
  const dnstap::Message& tap = frame.dnstap();
  tree.Word("type", "MESSAGE");
  TextField(tree, "identity", tap.identity);
  TextField(tree, "version", tap.version);
  TextField(tree, "extra", tap.extra);
  tree.BeginMap("message");
  WordField(tree, "type", tap.type, TypeName);
  TimeField(tree, "query_time", tap.query_time, zone);
  TimeField(tree, "response_time", tap.response_time, zone);
  SizeField(tree, frame.wire().value_or(Bytes()).size());
  WordField(tree, "socket_family", tap.socket_family, dnstap::FamilyName);
  WordField(tree, "socket_protocol", tap.socket_protocol, dnstap::ProtocolName);
  WordField(tree, "http_protocol", tap.http_protocol, dnstap::HttpName);
  AddressField(tree, "query_address", tap.query_address);
  AddressField(tree, "response_address", tap.response_address);
  NumberField(tree, "query_port", tap.query_port);
  NumberField(tree, "response_port", tap.response_port);
  ZoneField(tree, tap.query_zone);
  if (tap.policy.has_value()) DescribePolicy(*tap.policy, tree);
  DescribeBoth(frame, tree);
  tree.EndMap();
}

void DescribeMalformed(Bytes payload, Tree& tree) {
  constexpr std::size_t kShown = 64;
  tree.Word("type", "malformed");
  tree.Number("size", payload.size());
  tree.Text("begins", ToHex(payload.first(std::min(payload.size(), kShown))));
}

}  // namespace pdns::tap
