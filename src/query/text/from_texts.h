// A question in texts -> [RequestFromTexts] -> Request. The options of pdns-query and the
// parameters of pdns-serve's own API are these texts, by the same names: what they mean is said
// here alone.
//
//   q, rdata, ptr, text, raw (any number); glob, regex                        what is asked
//   type, exclude, bailiwick, sensor (any number); quarantined                filters
//   since, until, within, at, first-after, first-before, last-after, last-before
//   active-on, active-between, min-count, max-count, new-since
//   limit, offset, cursor, sort, reverse                                      the part, the order
//   pivot (the depth), max-fanout, slack                                      a pivot
//
// Functions: any thread. Values.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "query/request.h"
#include "query/text/named_texts.h"

namespace pdns::query {

struct TextReading {
  std::chrono::sys_seconds now{};  // what relative times count from
  Show show = Show::kRows;
  bool list = false;              // a list comes behind the questions
  bool refuse_odd_times = false;  // seconds that may be a slip (ask/when.h) are kUsage, no notice
  std::string_view mark{};        // before a name in an error or a notice: "--"
  std::string_view depth{};       // what the depth of a pivot is called there; empty: "pivot"
  std::string_view ask_something  // the error where nothing is asked
      = "ask something: a name or an address";
};

struct ReadRequest {
  Request request;                   // but for the list
  std::vector<std::string> notices;  // how a text was read that might be meant otherwise
};

// kUsage: a text that is not what it should be, or names that do not go together. Not all of what
// CheckRequest looks for: Run does that.
Result<ReadRequest> RequestFromTexts(const NamedTexts& texts, const TextReading& how);

}  // namespace pdns::query
