// Lists of strangers, as the body of a lookup: what is asked, and what is told of the rest.
#include <algorithm>

#include "check.h"
#include "json/utf8.h"
#include "serve/api/answer.h"
#include "serve/api/end.h"
#include "serve/api/lookup.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  pdns::serve::ApiRequest request;
  const pdns::Status read =
      pdns::serve::ReadApiList(pdns::AsText({data, size}), request, [] { return false; });
  std::string line;
  if (read.ok()) {
    MUST_HOLD(request.request.list != nullptr && request.passed_over.has_value());
    const auto& passed_over = *request.passed_over;
    MUST_HOLD(request.request.list->size() + passed_over.bad <= size);
    MUST_HOLD(passed_over.bad_lines.size() ==
              std::min<std::uint64_t>(passed_over.bad, pdns::serve::kMostBadLines));
    line = pdns::serve::ApiEndLine(request, pdns::query::Outcome(), {});
    MUST_HOLD(line.size() < 64U << 10);
  } else {
    MUST_HOLD(read.code() == pdns::Code::kUsage && request.request.list == nullptr);
    line = pdns::serve::ApiRefusal(400, read.message()).body;
  }
  MUST_HOLD(std::count(line.begin(), line.end(), '\n') == 1 && line.ends_with('\n'));
  MUST_HOLD(pdns::json::ValidUtf8(line) == line);
  return 0;
}
