// Rows -> [DnsdbObjects] -> the objects of a DNSDB answer, as JSON, one a line.
//
// Rows of one RRset follow each other but for their bailiwicks, so the RRsets of one owner and type
// are gathered until the next one begins. An RRset whose line would get longer than kMostLine is
// told in several lines of the same key: what clients read line by line has a bound there. A record
// that is longer by itself is left out, and counted.
//
// Memory: an RRset for each bailiwick of one owner and type, at most 128 of 128 KiB; of kFlexRdata
// the digests of the rdata of one target, at most kMostKept. One thread at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "ask/name_pattern.h"
#include "base/hash.h"
#include "json/writer.h"
#include "query/hit.h"
#include "record/rrtype.h"
#include "serve/dnsdb_request.h"

namespace pdns::serve {

// An object in numbers, for a summary. Its line is good for the call.
struct DnsdbObject {
  std::string_view json;  // without a line end
  std::uint64_t count = 0;
  std::chrono::sys_seconds first;
  std::chrono::sys_seconds last;
};

class DnsdbObjects {
 public:
  static constexpr std::size_t kMostLine = 64U << 10;  // bytes, the envelope and the end included
  static constexpr std::size_t kMostKept = 4096;

  // False: no more objects are wanted.
  using Sink = std::function<bool(const DnsdbObject&)>;

  // `v2`: rdata is an array; else one text, but for RRsets.
  DnsdbObjects(const DnsdbRequest& request, bool v2, Sink sink);
  ~DnsdbObjects();

  // False: no more are wanted.
  bool Add(const query::Hit& hit);

  // Tells what is still gathered. False: not all of it was wanted.
  bool Finish();

  std::uint64_t too_long() const { return too_long_; }  // records left out

 private:
  struct Rrset;

  bool AddToRrset(const query::Hit& hit);
  bool TellRecord(const query::Hit& hit);
  bool TellFlex(const query::Hit& hit);
  bool IsNewFlex(const query::Hit& hit, const std::string& key);
  bool TellRrset(const Rrset& rrset);
  bool TellGathered();
  void Facts(std::uint64_t count, std::chrono::sys_seconds first, std::chrono::sys_seconds last);
  bool Tell(std::uint64_t count, std::chrono::sys_seconds first, std::chrono::sys_seconds last);

  DnsdbShape shape_;
  bool human_time_;
  bool v2_;
  std::shared_ptr<const ask::NamePattern> excluded_targets_;
  Sink sink_;
  json::Writer json_;
  std::string owner_;  // of the RRsets that are gathered; empty: none are
  record::RrType type_{};
  std::map<std::string, Rrset> gathered_;  // by bailiwick, as text
  std::string flex_group_;                 // what the rows of kept_ have in common
  std::set<Sha256Digest> kept_;            // told already; rdata itself may be 64 KiB each
  std::uint64_t too_long_ = 0;
};

}  // namespace pdns::serve
