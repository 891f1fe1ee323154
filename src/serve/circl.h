// The answer to a request of CIRCL's passive DNS interface: a value, a moment of the database ->
// [AnswerCircl] -> one object a line, in the Passive DNS Common Output Format.
//
// One value is asked both ways, names as owners and as what records point at, addresses as what
// records hold and by their reverse names. Names end without a dot; rrtypes without a mnemonic are
// left out unless they are asked for, since a client in use loses the whole answer at one.
//
// With a count in `dribble-paginate-count` an answer is one page, and the header
// `x-dribble-cursor`, which a client sends back as `dribble-paginate-cursor`, stands on all but the
// last. `dribble-filter-rrtype` has a list of rrtypes.
//
// Source: draft-dulaunoy-dnsop-passive-dns-cof; CIRCL's service, and the dribble headers, as
// clients use them. One thread, the snapshot's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "http/message.h"
#include "query/request.h"
#include "serve/common/answering.h"
#include "serve/common/url.h"
#include "store/database.h"

namespace pdns::serve {

struct CirclRequest {
  static constexpr std::uint64_t kMostRows = 1'000'000;
  static constexpr std::uint64_t kMostInPage = 10'000;  // and at most kMostPage bytes
  static constexpr std::size_t kMostPage = 8U << 20;

  query::Request request;             // two questions: as an owner, as rdata
  bool unknown = false;               // rrtypes without a mnemonic, too
  std::optional<std::uint64_t> page;  // rows of a page; none: all in one answer
  std::uint64_t passed_over = 0;      // rows of earlier pages
  std::uint64_t most = kMostRows;     // rows of an answer that is no page
};

// `value`: a name or an address; a block as ADDRESS/PREFIX or ADDRESS,PREFIX, which dnsdbq sends.
// kUsage: it is neither a name nor an address, or a header is not what it should be.
Result<CirclRequest> ParseCircl(const std::string& value, const Url& url,
                                const http::Request& headers);

// `origin`: what each object names as its source. How many were told.
std::uint64_t AnswerCircl(store::Snapshot& snapshot, const CirclRequest& request,
                          const std::string& origin, const Ending& ending, Body& body);

// Names in the text of rdata without their last dots: "10 mail.blah.org." -> "10 mail.blah.org".
// The root stays a dot, and so does all between quotes.
std::string WithoutLastDots(std::string_view text);

}  // namespace pdns::serve
