// What a person asks: text -> [ParseQuestion] -> a range of one index, and what to filter.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "record/rrtype.h"
#include "store/store.h"

namespace pdns::query {

struct Question {
  store::Index index = store::Index::kForward;
  store::KeyRange range;
};

struct Request {
  Question question;
  std::vector<record::RrType> types;  // empty: all
  std::uint64_t limit = 0;            // rows; 0: no limit
  bool quarantined = false;           // the tuples that are not trusted, instead of those that are
};

// Does the text stand for an address or a CIDR block, rather than for a name?
bool IsAddress(std::string_view text);

// "www.blah.org": that owner; "*.blah.org": that name and all below it; "*.": everything. kUsage.
Result<Question> ParseNameQuestion(std::string_view text);

// "205.150.150.140", "205.150.150.0/24", "2001:db8::/32": addresses, in A and AAAA records and
// address hints (host bits of a block are ignored); "auth01.ca-dns.net", "*.ca-dns.net": records
// that point there. kUsage.
Result<Question> ParseRdataQuestion(std::string_view text);

// "A,AAAA,TYPE65280,99". kUsage.
Result<std::vector<record::RrType>> ParseTypes(std::string_view text);

}  // namespace pdns::query
