// Paths and queries of strangers: a URL, and what the server's interfaces make of it.
#include <string>
#include <string_view>
#include <vector>

#include "check.h"
#include "query/request.h"
#include "serve/circl.h"
#include "serve/common/url.h"
#include "serve/dnsdb_request.h"

namespace {

using pdns::serve::DnsdbRequest;
using pdns::serve::Url;

// What is read once is read the same when it is written without any tricks.
void CheckUrl(const Url& url) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string again;
  for (const std::string& part : url.path) {
    MUST_HOLD(!part.empty());
    again.push_back('/');
    for (const char c : part) {
      const auto byte = static_cast<unsigned char>(c);
      again.append({'%', kHex[byte >> 4U], kHex[byte & 15U]});
    }
  }
  const auto parsed = pdns::serve::ParseUrl(again, "");
  MUST_HOLD(parsed.ok() && parsed->path == url.path);
  MUST_HOLD(url.path.size() <= Url::kMostSegments);
  MUST_HOLD(url.parameters.size() <= Url::kMostParameters);
}

void CheckDnsdb(const Url& url) {
  const std::chrono::sys_seconds now{std::chrono::seconds(1'795'372'876)};
  const auto request = pdns::serve::ParseDnsdb(url.path, url, now);
  if (!request.ok()) {
    MUST_HOLD(!request.status().message().empty());
    return;
  }
  MUST_HOLD(request->limit >= 1 && request->limit <= DnsdbRequest::kMostRows);
  MUST_HOLD(request->request.questions.size() == 1);
  static_cast<void>(pdns::query::HashOf(request->request));
}

void CheckCircl(const Url& url, std::string_view header) {
  const std::vector<pdns::http::Header> headers{{"dribble-paginate-count", header},
                                                {"Dribble-Filter-RRtype", header}};
  pdns::http::Request with;
  with.headers = headers;
  const auto request = pdns::serve::ParseCircl(url.path.back(), url, with);
  if (!request.ok()) return;
  MUST_HOLD(request->request.questions.size() == 2);
  MUST_HOLD(request->page.value_or(1) >= 1);
}

void CheckDots(std::string_view text) {
  const std::string plain = pdns::serve::WithoutLastDots(text);
  MUST_HOLD(plain.size() <= text.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  CheckDots(text);
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(text.size(), line.size() + 1));
  const std::size_t mark = line.find('?');
  const auto url = pdns::serve::ParseUrl(
      line.substr(0, mark), mark == std::string_view::npos ? "" : line.substr(mark + 1));
  if (!url.ok()) return 0;
  CheckUrl(*url);
  CheckDnsdb(*url);
  if (!url->path.empty()) CheckCircl(*url, text);
  return 0;
}
