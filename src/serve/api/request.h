// Parameters of the server's own API -> [ParseApi] -> what is asked of the database, and how it is
// shown.
//
// Parameters have the names of pdns-query's options, and mean the same (query/text/from_texts.h).
// One that the path does not know, or that is given twice where it is meant once, is refused by its
// name: an answer to another question would look like an answer to this one.
//
// What a request costs is bounded: at most Url::kMostParameters parameters, and so many questions;
// kMostRows rows, kMostOffset rows passed over.
//
// Functions: any thread. Values, but see query::Request about copies.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "query/request.h"
#include "serve/common/url.h"

namespace pdns::serve {

// Whose parameters they are.
enum class ApiPath : std::uint8_t { kQuery, kLookup, kPivot, kNew };

// A question as it was given, and as it is understood.
struct ApiAsked {
  std::string text;
  std::string as;         // "www.blah.org.", "192.0.2.0/24", "*.blah.org"; of text and raw the text
  std::string_view kind;  // name, pattern, block (of q), rdata, ptr, text, raw
};

// What of a list was not asked.
struct ApiPassedOver {
  struct BadLine {
    std::string place;  // "line 5", "Event.Attribute[3].value"
    std::string text;   // printable, its beginning
    std::string why;
  };
  std::uint64_t bad = 0;           // no indicators
  std::vector<BadLine> bad_lines;  // the first of them
  std::uint64_t others = 0;        // of JSON: what holds no indicator by its kind
};

struct ApiRequest {
  // Rows, names or values of an answer: without a limit, and at most.
  static constexpr std::uint64_t kDefaultLimit = 10'000;
  static constexpr std::uint64_t kMostRows = 1'000'000;
  static constexpr std::uint64_t kMostOffset = 1'000'000;

  query::Request request;  // its limit is set where rows, names or values are shown, or one was
                           // asked for; without the list
  std::vector<std::string> notices;
  std::vector<ApiAsked> asked;               // of request.questions
  std::optional<ApiPassedOver> passed_over;  // of a list
  bool days = false;
  bool wire = false;
  bool key_limits = false;  // the limit is what the key has left: see LimitTo

  // A key has so many rows left.
  void LimitTo(std::uint64_t rows_left);
};

// kUsage, naming the parameter. Of kNew, `since` is a time in the journal, and `now` where none is
// given.
Result<ApiRequest> ParseApi(ApiPath path, const Url& url, std::chrono::sys_seconds now);

// For paths that take none: kUsage, naming the first.
Status NoParameters(const Url& url);

}  // namespace pdns::serve
