// A URL of the DNSDB API -> [ParseDnsdb] -> what is asked of the database, and how much of it is
// wanted.
//
// lookup|summarize / rrset/name/NAME[/TYPE[/BAILIWICK]], rrset/raw/HEX[/TYPE[/BAILIWICK]],
//                    rdata/name/NAME[/TYPE], rdata/raw/HEX[/TYPE],
//                    rdata/ip/ADDR | ADDR,PREFIX | ADDR-ADDR [/TYPE]
// regex|glob       / rrnames|rdata / VALUE [/TYPE]
//
// Parameters that it does not know are passed over. Times and counts are inclusive; fences hold for
// each record of an RRset, so an RRset shows those of its rdata that pass.
//
// Source: the DNSDB API, versions 1 and 2, as its clients use it. Functions: any thread. Values.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/status.h"
#include "query/request.h"
#include "serve/common/url.h"

namespace pdns::serve {

// What an object of the answer is.
enum class DnsdbShape : std::uint8_t {
  kRrset,      // owner, rrtype and bailiwick, with all rdata
  kRdata,      // one record
  kFlexName,   // rrname and rrtype
  kFlexRdata,  // rdata and rrtype
};

struct DnsdbRequest {
  // Objects of an answer: what a request without a limit gets, and what any gets at most.
  static constexpr std::uint64_t kDefaultLimit = 10'000;
  static constexpr std::uint64_t kMostRows = 1'000'000;
  static constexpr std::uint64_t kMostOffset = 1'000'000'000;

  query::Request request;  // without limit and offset: those below are of objects, not of rows
  DnsdbShape shape = DnsdbShape::kRrset;
  bool summarize = false;
  std::uint64_t limit = kDefaultLimit;  // 1..kMostRows
  std::uint64_t offset = 0;             // objects passed over; may be beyond kMostOffset
  std::uint64_t max_count = 0;          // of a summary: it ends when it has counted so much; 0: no
  bool human_time = false;              // times as RFC 3339 text
  // kFlexRdata: names that the rdata may not point at. None: any.
  std::shared_ptr<const ask::NamePattern> excluded_targets{};
};

// `path`: from the verb on. kNoInput: there is nothing of that path; kUsage: the value or a
// parameter is not what it should be.
Result<DnsdbRequest> ParseDnsdb(std::span<const std::string> path, const Url& url,
                                std::chrono::sys_seconds now);

}  // namespace pdns::serve
