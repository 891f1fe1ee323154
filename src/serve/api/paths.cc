#include "serve/api/paths.h"

#include <algorithm>
#include <array>
#include <utility>

#include "ask/ascii.h"
#include "serve/api/answer.h"
#include "serve/api/coverage.h"
#include "serve/api/lookup.h"
#include "serve/api/new_rows.h"
#include "serve/api/request.h"
#include "serve/common/answering.h"

namespace pdns::serve {
namespace {

constexpr const char* kLines = "application/x-ndjson; charset=utf-8";
constexpr const char* kJson = "application/json; charset=utf-8";

// What holds more than a stream of rows does: a sort; what was told already; the graph of a pivot.
Answerer::Size SizeOf(const query::Request& request) {
  const bool in_no_order = request.ordered() || request.new_since.has_value();
  if (request.pivot.has_value() || (request.distinct() && in_no_order))
    return Answerer::Size::kLarge;
  // The quarantine is asked for a list by one pass, and its answer is put into the list's order.
  const bool in_one_pass = request.list != nullptr && request.trust == store::Trust::kQuarantined;
  const bool sorted = request.ordered() || request.distinct() || in_one_pass;
  return sorted ? Answerer::Size::kSorted : Answerer::Size::kStream;
}

// The same of a list. A list of up to kShort bytes costs no more memory than a stream does.
Answerer::Size SizeOf(const query::Request& request, std::size_t bytes) {
  constexpr std::size_t kShort = 64U << 10;
  return bytes > kShort ? Answerer::Size::kLarge : SizeOf(request);
}

}  // namespace

void Api::AnswerRows(ApiPath path, const Url& url, Asked asked) {
  auto request = ParseApi(path, url, NowInSeconds());
  if (!request.ok()) return Refuse(asked, 400, request.status().message());
  if (const auto left = asked.asker.rows_left(); left.has_value()) request->LimitTo(*left);
  const auto size = SizeOf(request->request);
  answerer_.Start(
      std::move(asked), kLines,
      [request = std::move(*request)](Answerer::OwnedSnapshot snapshot, const Ending& ending,
                                      Body& body) {
        return AnswerApi(*snapshot, request, ending, body);
      },
      size);
}

void Api::AnswerList(const Url& url, const http::Request& request, Asked asked) {
  if (request.method != "POST") return RefuseMethod(asked, "only POST, with a list", "POST");
  if (ask::LowerText(request.HeaderOf("content-encoding").value_or("identity")) != "identity")
    return Refuse(asked, 415, "send the list as it is, without a Content-Encoding");
  auto parsed = ParseApi(ApiPath::kLookup, url, NowInSeconds());
  if (!parsed.ok()) return Refuse(asked, 400, parsed.status().message());
  if (const auto left = asked.asker.rows_left(); left.has_value()) parsed->LimitTo(*left);
  const auto size = SizeOf(parsed->request, request.body.size());
  // The handler's bytes are gone when the thread begins, so they are copied.
  answerer_.Start(
      std::move(asked), kLines,
      [parsed = std::move(*parsed), list = std::string(request.body)](
          Answerer::OwnedSnapshot snapshot, const Ending& ending,
          Body& body) mutable -> std::uint64_t {
        const Status read = ReadApiList(
            list, parsed, [&] { return body.gone() || ending.stop->requested() || ending.late(); });
        list = {};
        if (read.ok()) return AnswerApi(*snapshot, parsed, ending, body);
        body.Refuse(HttpStatus(read.code()), read.message());
        return 0;
      },
      size, request.body.size());
}

void Api::AnswerNew(const Url& url, const http::Request& request, Asked asked) {
  auto parsed = ParseNewRows(url, request.HeaderOf("last-event-id"), NowInSeconds());
  if (!parsed.ok()) return Refuse(asked, 400, parsed.status().message());
  answerer_.Start(
      std::move(asked), "text/event-stream",
      [this, parsed = std::move(*parsed)](Answerer::OwnedSnapshot snapshot, const Ending& ending,
                                          Body& body) {
        body.AddHeader("Cache-Control", "no-store");
        return StreamNewRows(std::move(snapshot), parsed, answerer_, journal_, ending, body);
      },
      Answerer::Size::kEndless);
}

// An answer that no parameter changes.
void Api::AnswerWhole(const Url& url, Asked asked, Answerer::Answering answer) {
  if (const Status status = NoParameters(url); !status.ok())
    return Refuse(asked, 400, status.message());
  answerer_.Start(std::move(asked), kJson, std::move(answer));
}

void Api::Answer(std::span<const std::string> path, const Url& url, const http::Request& request,
                 Asked asked) {
  if (path.size() != 2 || path[0] != "v1") return RefusePath(asked);
  const std::string& what = path[1];
  if (what == "lookup") return AnswerList(url, request, std::move(asked));
  constexpr std::array kRead{"query", "pivot", "new", "stats", "coverage"};
  if (std::find(kRead.begin(), kRead.end(), what) == kRead.end()) return RefusePath(asked);
  if (request.method != "GET" && request.method != "HEAD")
    return RefuseMethod(asked, "only GET and HEAD", "GET, HEAD");
  if (what == "query") return AnswerRows(ApiPath::kQuery, url, std::move(asked));
  if (what == "pivot") return AnswerRows(ApiPath::kPivot, url, std::move(asked));
  if (what == "new") return AnswerNew(url, request, std::move(asked));
  const bool stats = what == "stats";
  AnswerWhole(url, std::move(asked),
              [stats](Answerer::OwnedSnapshot snapshot, const Ending& /*ending*/, Body& body) {
                return stats ? AnswerStats(*snapshot, body)
                             : AnswerCoverage(*snapshot, NowInSeconds(), body);
              });
}

}  // namespace pdns::serve
