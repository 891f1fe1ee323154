#include "serve/api/paths.h"

#include <string_view>
#include <utility>

#include "serve/api/answer.h"
#include "serve/api/coverage.h"
#include "serve/api/lookup.h"
#include "serve/api/request.h"

namespace pdns::serve {
namespace {

constexpr const char* kLines = "application/x-ndjson; charset=utf-8";
constexpr const char* kJson = "application/json; charset=utf-8";

// What holds more than a stream of rows does: a sort, what was told already.
Answerer::Size SizeOf(const query::Request& request) {
  const bool large = request.ordered() || request.distinct() || request.pivot.has_value();
  return large ? Answerer::Size::kLarge : Answerer::Size::kStream;
}

void AnswerRows(ApiPath path, const Url& url, Answerer& answerer, Asked asked) {
  auto request = ParseApi(path, url, NowInSeconds());
  if (!request.ok()) return Refuse(asked, 400, request.status().message());
  if (const auto left = asked.asker.rows_left(); left.has_value()) request->LimitTo(*left);
  const auto size = SizeOf(request->request);
  answerer.Start(
      std::move(asked), kLines,
      [request = std::move(*request)](store::Snapshot& snapshot, const Ending& ending, Body& body) {
        return AnswerApi(snapshot, request, ending, body);
      },
      size);
}

// The handler's bytes are gone when the thread begins, so they are copied.
void AnswerList(const Url& url, std::string_view list, Answerer& answerer, Asked asked) {
  auto request = ParseApi(ApiPath::kLookup, url, NowInSeconds());
  if (!request.ok()) return Refuse(asked, 400, request.status().message());
  if (const auto left = asked.asker.rows_left(); left.has_value()) request->LimitTo(*left);
  answerer.Start(
      std::move(asked), kLines,
      [request = std::move(*request), text = std::string(list)](
          store::Snapshot& snapshot, const Ending& ending, Body& body) mutable -> std::uint64_t {
        const Status read = ReadApiList(text, request);
        text = {};
        if (read.ok()) return AnswerApi(snapshot, request, ending, body);
        body.Refuse(400, read.message());
        return 0;
      },
      Answerer::Size::kLarge);
}

// An answer that no parameter changes.
void AnswerWhole(const Url& url, Answerer& answerer, Asked asked, Answerer::Answering answer) {
  if (const Status status = NoParameters(url); !status.ok())
    return Refuse(asked, 400, status.message());
  answerer.Start(std::move(asked), kJson, std::move(answer));
}

}  // namespace

void AnswerApiPath(std::span<const std::string> path, const Url& url, const http::Request& request,
                   Answerer& answerer, Asked asked) {
  if (path.size() != 2 || path[0] != "v1") return RefusePath(asked);
  const std::string& what = path[1];
  if (what == "lookup") {
    if (request.method != "POST") return RefuseMethod(asked, "only POST, with a list", "POST");
    if (const auto coding = request.HeaderOf("content-encoding");
        coding.value_or("identity") != "identity")
      return Refuse(asked, 415, "send the list as it is, without a Content-Encoding");
    return AnswerList(url, request.body, answerer, std::move(asked));
  }
  const bool known = what == "query" || what == "pivot" || what == "stats" || what == "coverage";
  if (!known) return RefusePath(asked);
  if (request.method != "GET" && request.method != "HEAD")
    return RefuseMethod(asked, "only GET and HEAD", "GET, HEAD");
  if (what == "query") return AnswerRows(ApiPath::kQuery, url, answerer, std::move(asked));
  if (what == "pivot") return AnswerRows(ApiPath::kPivot, url, answerer, std::move(asked));
  const bool stats = what == "stats";
  AnswerWhole(url, answerer, std::move(asked),
              [stats](store::Snapshot& snapshot, const Ending& /*ending*/, Body& body) {
                return stats ? AnswerStats(snapshot, body)
                             : AnswerCoverage(snapshot, NowInSeconds(), body);
              });
}

}  // namespace pdns::serve
