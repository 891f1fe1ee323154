#include "serve/dnsdb_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "ask/ascii.h"
#include "ask/question.h"
#include "ask/quote.h"
#include "base/bytes.h"
#include "base/whole_number.h"
#include "dns/address_block.h"
#include "dns/text.h"
#include "record/name.h"
#include "record/type_facts.h"

namespace pdns::serve {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

Status NoSuchPath() { return Status::NoInput("there is nothing of this path"); }

// Some clients end a value in a slash.
std::string_view WithoutSlash(std::string_view value) {
  if (value.ends_with('/')) value.remove_suffix(1);
  return value;
}

template <class Number>
Result<Number> NumberOf(std::string_view name, std::string_view text) {
  const auto number = WholeNumber<Number>(WithoutSlash(text));
  if (number.has_value()) return *number;
  return Status::Usage(fmt::format("{}: {} is not a number", name, ask::Quoted(text)));
}

// Sets `number` where the parameter was given.
template <class Number>
Status Read(const Url& url, std::string_view name, Number& number) {
  const auto text = url.Of(name);
  if (!text.has_value()) return {};
  auto read = NumberOf<Number>(name, *text);
  if (!read.ok()) return read.status();
  number = *read;
  return {};
}

Status Read(const Url& url, std::string_view name, bool& truth) {
  const auto text = url.Of(name);
  if (!text.has_value()) return {};
  const std::string value = ask::LowerText(WithoutSlash(*text));
  constexpr std::array kTrue{"t", "true", "1", ""};  // named alone, it is wanted
  constexpr std::array kFalse{"f", "false", "0"};
  truth = std::find(kTrue.begin(), kTrue.end(), value) != kTrue.end();
  if (truth || std::find(kFalse.begin(), kFalse.end(), value) != kFalse.end()) return {};
  return Status::Usage(fmt::format("{}: {} is neither true nor false", name, ask::Quoted(*text)));
}

struct Fence {
  const char* name;
  query::Between query::Filter::*of;
  sys_seconds query::Between::*bound;
  query::Ago query::Between::*ago;
};

constexpr std::array kFences{
    Fence{"time_first_after", &query::Filter::first, &query::Between::from,
          &query::Between::from_ago},
    Fence{"time_first_before", &query::Filter::first, &query::Between::to, &query::Between::to_ago},
    Fence{"time_last_after", &query::Filter::last, &query::Between::from,
          &query::Between::from_ago},
    Fence{"time_last_before", &query::Filter::last, &query::Between::to, &query::Between::to_ago},
};

// Seconds since 1970; below zero: so long before `now`.
Status ReadFences(const Url& url, sys_seconds now, query::Filter& filter) {
  for (const Fence& fence : kFences) {
    if (!url.Of(fence.name).has_value()) continue;
    std::int64_t number = 0;
    if (Status status = Read(url, fence.name, number); !status.ok()) return status;
    query::Between& window = filter.*fence.of;
    const std::int64_t since_1970 = now.time_since_epoch().count();
    if (number < 0) {
      // Longer ago than 1970 is as good as 1970.
      number = std::max(number, -since_1970);
      window.*fence.ago = seconds(-number);
    }
    window.*fence.bound = number < 0 ? now + seconds(number) : sys_seconds(seconds(number));
  }
  return {};
}

Status ReadParameters(const Url& url, sys_seconds now, DnsdbRequest& request) {
  for (Status status :
       {Read(url, "limit", request.limit), Read(url, "offset", request.offset),
        Read(url, "max_count", request.max_count), Read(url, "humantime", request.human_time),
        ReadFences(url, now, request.request.filter)}) {
    if (!status.ok()) return status;
  }
  bool aggregated = true;  // the database has one row a tuple: both ways are the same
  if (Status status = Read(url, "aggr", aggregated); !status.ok()) return status;
  if (request.limit == 0) request.limit = DnsdbRequest::kMostRows;
  request.limit = std::min(request.limit, DnsdbRequest::kMostRows);
  return {};
}

// Of an address the type says nothing that the address does not.
Status SetType(std::string_view text, bool address, query::Filter& filter) {
  if (!address) return filter.types.Add(text);
  const bool any = ask::SameText(text, "ANY");
  if (!any && !ask::SameText(text, "A") && !ask::SameText(text, "AAAA")) {
    return Status::Usage(
        fmt::format("{}: an address stands in A and AAAA records: give no type, A, AAAA or ANY",
                    ask::Quoted(text)));
  }
  return {};
}

Result<ask::Question> AskAddress(std::string text) {
  std::replace(text.begin(), text.end(), ',', '/');
  auto question = ask::AskRdata(text);
  if (!question.ok()) return question;
  if (question->side != store::Side::kAddress)
    return Status::Usage(fmt::format("{} is neither an address nor a block", ask::Quoted(text)));
  return question;
}

// The owner name in wire form, as hex.
Result<ask::Question> AskRawName(std::string_view hex) {
  const auto bytes = FromHex(hex);
  const auto name = bytes.has_value() ? record::Name::FromWire(AsBytes(*bytes)) : std::nullopt;
  if (!name.has_value())
    return Status::Usage(fmt::format("{} is no name in wire form, as hex", ask::Quoted(hex)));
  return ask::AskName(dns::NameToText(name->wire()), ask::Syntax::kName);
}

Result<ask::Question> AskLookup(bool rrset, std::string_view how, const std::string& value) {
  if (how == "name") {
    return rrset ? ask::AskName(value, ask::Syntax::kName)
                 : ask::AskRdata(value, ask::Syntax::kName);
  }
  if (how == "raw") return rrset ? AskRawName(value) : ask::AskRaw(value);
  if (how == "ip" && !rrset) return AskAddress(value);
  return NoSuchPath();
}

// VERB / rrset|rdata / name|raw|ip / VALUE [/TYPE [/BAILIWICK]]
Status ReadLookup(std::span<const std::string> path, DnsdbRequest& into) {
  const bool rrset = path.size() > 1 && path[1] == "rrset";
  const std::size_t most = rrset ? 6 : 5;
  if (path.size() < 4 || path.size() > most || (!rrset && path[1] != "rdata")) return NoSuchPath();
  auto question = AskLookup(rrset, path[2], path[3]);
  if (!question.ok()) return question.status();
  into.shape = rrset ? DnsdbShape::kRrset : DnsdbShape::kRdata;
  into.summarize = path[0] == "summarize";
  into.request.questions.push_back({path[3], std::move(*question)});
  if (path.size() > 4) {
    if (Status status = SetType(path[4], path[2] == "ip", into.request.filter); !status.ok())
      return status;
  }
  if (path.size() < 6) return {};
  auto bailiwick = ask::NamePattern::Parse(path[5]);
  if (!bailiwick.ok()) return bailiwick.status();
  into.request.filter.bailiwicks.push_back(std::move(*bailiwick));
  return {};
}

// regex|glob / rrnames|rdata / VALUE [/TYPE]
Status ReadFlex(std::span<const std::string> path, const Url& url, DnsdbRequest& into) {
  const bool names = path.size() > 1 && path[1] == "rrnames";
  if (path.size() < 3 || path.size() > 4 || (!names && path[1] != "rdata")) return NoSuchPath();
  const ask::Syntax syntax = path[0] == "regex" ? ask::Syntax::kRegex : ask::Syntax::kGlob;
  auto question = names ? ask::AskName(path[2], syntax) : ask::AskRdata(path[2], syntax);
  if (!question.ok()) return question.status();
  into.shape = names ? DnsdbShape::kFlexName : DnsdbShape::kFlexRdata;
  into.request.questions.push_back({path[2], std::move(*question)});
  if (const auto excluded = url.Of("exclude"); excluded.has_value()) {
    auto pattern = syntax == ask::Syntax::kRegex ? ask::NamePattern::Regex(*excluded)
                                                 : ask::NamePattern::Glob(*excluded);
    if (!pattern.ok()) return pattern.status();
    if (names) {
      into.request.filter.excluded_names.push_back(std::move(*pattern));
    } else {
      into.excluded_targets = std::make_shared<ask::NamePattern>(std::move(*pattern));
    }
  }
  return path.size() < 4 ? Status() : SetType(path[3], false, into.request.filter);
}

}  // namespace

Result<DnsdbRequest> ParseDnsdb(std::span<const std::string> path, const Url& url,
                                sys_seconds now) {
  if (path.empty()) return NoSuchPath();
  DnsdbRequest request;
  const std::string& verb = path[0];
  Status status = verb == "lookup" || verb == "summarize" ? ReadLookup(path, request)
                  : verb == "regex" || verb == "glob"     ? ReadFlex(path, url, request)
                                                          : NoSuchPath();
  if (status.ok()) status = ReadParameters(url, now, request);
  if (!status.ok()) return status;
  return request;
}

}  // namespace pdns::serve
