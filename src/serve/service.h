// All that the server answers: http::Request -> [Service] -> a thread's job -> http::Answer.
//
//   /dnsdb/v2/...                  DNSDB, version 2      serve/dnsdb_request.h, serve/dnsdb.h
//   /lookup/..., /summarize/...    DNSDB, version 1
//   /pdns/query/VALUE              CIRCL                 serve/circl.h
//   /api/v1/...                    its own API           serve/api/paths.h
//   /, /page/NAME                  the page for people   serve/page.h
//   /health                        whether the database can be read
//   /                              without a browser: what there is
//
// A request is let in by its key, if the server has keys (serve/common/asker.h); /health needs
// none.
//
// The handler reads the URL and leaves the answer to a thread, so that the one thread of HTTP never
// waits. What a request costs is bounded by its rows (DnsdbRequest, CirclRequest), by `most_time`,
// and by `most_at_once` of them; beyond these a request is told to come again (503).
//
// Any thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "http/message.h"
#include "http/reply.h"
#include "serve/common/asker.h"
#include "serve/common/cors.h"
#include "serve/common/moment.h"

namespace pdns::serve {

// The answer to what HTTP refuses before the Service is asked, in the form of what the target asks:
// for http::Settings::refusal. Any thread.
http::Answer RefusalOf(int status, std::string_view target, std::string_view text);

struct ServiceSettings {
  Moment::Open open;            // the database
  Access access;                // its gate is there
  std::string origin = "pdns";  // of CIRCL's objects
  Cors cors;                    // whose pages may read answers; nobody's unless named
  std::chrono::milliseconds most_time{60'000};
  std::size_t most_at_once = 512;
};

class Service {
 public:
  explicit Service(ServiceSettings settings);

  // Ends all answers at once, and waits for their threads. The HTTP server is gone by then, or has
  // no connection left that waits.
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  void Handle(const http::Request& request, http::Reply reply);

  // Before the HTTP server goes: streams that have no end say that the server ends, as far as their
  // peers read it in Answerer::kGrace. From then on nothing is answered any more.
  void End();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pdns::serve
