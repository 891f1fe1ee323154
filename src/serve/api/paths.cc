#include "serve/api/paths.h"

#include <utility>

#include "serve/api/answer.h"
#include "serve/api/coverage.h"
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
  const bool known = what == "query" || what == "stats" || what == "coverage";
  if (!known) return RefusePath(asked);
  if (request.method != "GET" && request.method != "HEAD")
    return RefuseMethod(asked, "only GET and HEAD", "GET, HEAD");
  if (what == "query") return AnswerRows(ApiPath::kQuery, url, answerer, std::move(asked));
  if (what == "stats") {
    return AnswerWhole(url, answerer, std::move(asked),
                       [](store::Snapshot& snapshot, const Ending& /*ending*/, Body& body) {
                         return AnswerStats(snapshot, body);
                       });
  }
  AnswerWhole(url, answerer, std::move(asked),
              [](store::Snapshot& snapshot, const Ending& /*ending*/, Body& body) {
                return AnswerCoverage(snapshot, NowInSeconds(), body);
              });
}

}  // namespace pdns::serve
