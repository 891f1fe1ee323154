#include "serve/service.h"

#include <algorithm>
#include <functional>
#include <span>
#include <string_view>
#include <utility>

#include "serve/api/answer.h"
#include "serve/api/paths.h"
#include "serve/circl.h"
#include "serve/common/answerer.h"
#include "serve/common/answering.h"
#include "serve/common/url.h"
#include "serve/dnsdb.h"
#include "serve/dnsdb_request.h"
#include "serve/page.h"

namespace pdns::serve {
namespace {

using Path = std::span<const std::string>;

// One client is eight times slower where no charset is named.
constexpr const char* kLines = "application/x-ndjson; charset=utf-8";
constexpr const char* kJson = "application/json; charset=utf-8";

constexpr std::string_view kIndex =
    "pdns-serve: passive DNS over HTTP\n"
    "\n"
    "  /                                                     in a browser: the page\n"
    "  /dnsdb/v2/lookup/rrset/name/NAME[/TYPE[/BAILIWICK]]   DNSDB, version 2\n"
    "  /dnsdb/v2/lookup/rdata/ip/ADDRESS                     ... and all its other paths\n"
    "  /lookup/rrset/name/NAME                               DNSDB, version 1\n"
    "  /pdns/query/VALUE                                     CIRCL, a name or an address\n"
    "  /api/v1/query?q=NAME                                  its own API: schema/openapi.yaml\n"
    "  /health                                               can the database be read?\n";

constexpr std::string_view kApi = "/api/";

bool BeginsWith(Path path, std::initializer_list<std::string_view> words) {
  return path.size() >= words.size() && std::equal(words.begin(), words.end(), path.begin());
}

bool Is(Path path, std::initializer_list<std::string_view> words) {
  return path.size() == words.size() && BeginsWith(path, words);
}

bool IsPage(Path path, const http::Request& request) {
  return path.empty() ? WantsHtml(request) : path.size() == 2 && path[0] == "page";
}

}  // namespace

class Service::Impl {
 public:
  explicit Impl(ServiceSettings settings)
      : settings_(std::move(settings)),
        answerer_({settings_.open, settings_.most_time, settings_.most_at_once}) {}

  void End() { answerer_.End(); }

  void Handle(const http::Request& request, http::Reply reply) {
    reply.AddHeaders(settings_.cors.For(request));
    if (auto preflight = settings_.cors.Preflight(request); preflight.has_value())
      return reply.Send(std::move(*preflight));
    const auto url = ParseUrl(request.path, request.query);
    const Path path = url.ok() ? Path(url->path) : Path();
    if (url.ok() && Is(path, {"health"})) return Health(std::move(reply));
    const bool rate = Is(path, {"lookup", "rate_limit"}) || Is(path, {"dnsdb", "v2", "rate_limit"});
    const bool api = url.ok() ? BeginsWith(path, {"api"}) : request.path.starts_with(kApi);
    const Refusing refusal = api ? ApiRefusal : Refusal;
    // The page is some thirty files: what a key may ask in a minute is for answers.
    const bool page = url.ok() && IsPage(path, request);
    auto asker = Asker::LetIn(settings_.access, request,
                              rate || page ? access::Cost::kFree : access::Cost::kRequest, refusal);
    if (auto* refused = std::get_if<http::Answer>(&asker); refused != nullptr)
      return reply.Send(std::move(*refused));
    Asked asked{std::get<Asker>(std::move(asker)), std::move(reply), refusal};
    if (!url.ok()) return Refuse(asked, 400, url.status().message());
    if (api) return api_.Answer(path.subspan(1), *url, request, std::move(asked));
    const bool reads = request.method == "GET" || request.method == "HEAD";
    if (!reads && !(rate && request.method == "POST"))
      return RefuseMethod(asked, "only GET and HEAD", "GET, HEAD");
    if (page) return Send(asked, PageFile(path.empty() ? "index.html" : path[1], request));
    if (rate) return Send(asked, {.type = kJson, .body = DnsdbRateLimit(asked.asker.Left())});
    Route(path, *url, request, std::move(asked));
  }

 private:
  void Route(Path path, const Url& url, const http::Request& request, Asked asked) {
    if (path.empty()) return Send(asked, {.body = std::string(kIndex)});
    if (Is(path, {"dnsdb", "v2", "ping"}) || Is(path, {"ping"}))
      return Send(asked, {.type = kJson, .body = "{\"ping\":\"ok\"}\n"});
    // Clients of CIRCL look whether there is passive SSL, too: there is none.
    if (BeginsWith(path, {"v2pssl", "query"})) return Send(asked, {.type = kJson, .body = "{}\n"});
    if (BeginsWith(path, {"pdns", "query"}))
      return Circl(path.subspan(2), url, request, std::move(asked));
    const bool v2 = BeginsWith(path, {"dnsdb", "v2"});
    Dnsdb(v2 ? path.subspan(2) : path, url, v2 ? DnsdbVersion::kV2 : DnsdbVersion::kV1,
          std::move(asked));
  }

  void Dnsdb(Path path, const Url& url, DnsdbVersion version, Asked asked) {
    auto request = ParseDnsdb(path, url, NowInSeconds());
    if (!request.ok()) {
      const bool none = request.status().code() == Code::kNoInput;
      return none ? RefusePath(asked) : Refuse(asked, 400, request.status().message());
    }
    if (request->offset > DnsdbRequest::kMostOffset)
      return Refuse(asked, 416, "offset: beyond the largest one, 1000000000");
    request->limit = std::min(request->limit, asked.asker.rows_left().value_or(request->limit));
    answerer_.Start(std::move(asked), kLines,
                    [version, request = std::move(*request)](Answerer::OwnedSnapshot snapshot,
                                                             const Ending& ending, Body& body) {
                      return AnswerDnsdb(*snapshot, request, version, ending, body);
                    });
  }

  void Circl(Path path, const Url& url, const http::Request& headers, Asked asked) {
    if (path.empty() || path.size() > 2) return RefusePath(asked);
    auto request = ParseCircl(path.size() == 1 ? path[0] : path[0] + '/' + path[1], url, headers);
    if (!request.ok()) return Refuse(asked, 400, request.status().message());
    const std::uint64_t left = asked.asker.rows_left().value_or(request->most);
    request->most = std::min(request->most, left);
    if (request->page.has_value()) request->page = std::min(*request->page, left);
    answerer_.Start(std::move(asked), kLines,
                    [this, request = std::move(*request)](Answerer::OwnedSnapshot snapshot,
                                                          const Ending& ending, Body& body) {
                      return AnswerCircl(*snapshot, request, settings_.origin, ending, body);
                    });
  }

  // Whoever watches the server has no key, and is no client: neither let in nor logged.
  void Health(http::Reply reply) {
    const auto held = std::make_shared<http::Reply>(std::move(reply));
    const bool started = answerer_.StartJob([this, held] {
      const auto snapshot = answerer_.NewSnapshot();
      held->Send(snapshot.ok() ? http::Answer{.body = "ok\n"}
                               : Refusal(503, snapshot.status().message()));
    });
    if (!started) held->Send(Refusal(503, Answerer::kBusy));
  }

  ServiceSettings settings_;
  Api api_{answerer_};
  Answerer answerer_;  // the last: its threads use all of the others
};

http::Answer RefusalOf(int status, std::string_view target, std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  return target.starts_with(kApi) ? ApiRefusal(status, text) : Refusal(status, text);
}

Service::Service(ServiceSettings settings) : impl_(std::make_unique<Impl>(std::move(settings))) {}
Service::~Service() = default;
void Service::End() { impl_->End(); }
void Service::Handle(const http::Request& request, http::Reply reply) {
  impl_->Handle(request, std::move(reply));
}

}  // namespace pdns::serve
