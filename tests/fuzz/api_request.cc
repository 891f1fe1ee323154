// Parameters of strangers: the query of a URL, and what the server's own API makes of it. The first
// byte says of which path they are.
#include <algorithm>
#include <string>
#include <string_view>

#include "check.h"
#include "json/utf8.h"
#include "query/request.h"
#include "serve/api/answer.h"
#include "serve/api/end.h"
#include "serve/api/new_rows.h"
#include "serve/api/request.h"
#include "serve/common/url.h"

namespace {

using pdns::serve::ApiPath;
using pdns::serve::ApiRequest;

constexpr std::chrono::sys_seconds kNow{std::chrono::seconds(1'795'372'876)};

// A line that quotes strangers is one line of UTF-8.
void CheckLine(std::string_view line) {
  MUST_HOLD(std::count(line.begin(), line.end(), '\n') == 1 && line.ends_with('\n'));
  MUST_HOLD(pdns::json::ValidUtf8(line) == line);
}

void CheckRequest(const ApiRequest& parsed) {
  const pdns::query::Request& request = parsed.request;
  MUST_HOLD(request.limit <= ApiRequest::kMostRows && request.offset <= ApiRequest::kMostOffset);
  MUST_HOLD(request.limit > 0 || !(request.distinct() || request.ordered()));
  MUST_HOLD(parsed.asked.size() == request.questions.size());
  for (std::size_t i = 0; i < parsed.asked.size(); ++i)
    MUST_HOLD(parsed.asked[i].text == request.questions[i].text);
  static_cast<void>(pdns::query::HashOf(request));
  CheckLine(pdns::serve::ApiEndLine(parsed, pdns::query::Outcome(), {}));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto path = static_cast<ApiPath>(data[0] % 4);
  const std::string_view query = pdns::AsText({data + 1, size - 1});
  const auto url = pdns::serve::ParseUrl("/", query);
  if (!url.ok()) return 0;
  if (path == ApiPath::kNew) {
    const auto id = url->Of("type");  // bytes of the stranger's, for the header
    const auto parsed = pdns::serve::ParseNewRows(*url, id, kNow);
    if (parsed.ok()) CheckRequest(parsed->asked);
    return 0;
  }
  const auto parsed = pdns::serve::ParseApi(path, *url, kNow);
  if (parsed.ok()) {
    CheckRequest(*parsed);
    return 0;
  }
  MUST_HOLD(parsed.status().code() == pdns::Code::kUsage);
  CheckLine(pdns::serve::ApiRefusal(400, parsed.status().message()).body);
  return 0;
}
