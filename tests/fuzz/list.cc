// Lists of indicators as other programs write them: lines, JSON of MISP and STIX, UTF-16; and the
// patterns of STIX.
#include "ask/list.h"

#include <sstream>
#include <string>

#include "ask/question.h"
#include "ask/stix_pattern.h"
#include "check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(pdns::AsText({data, size}));
  std::size_t values = 0;
  const pdns::Status read = pdns::ask::StixValues(bytes, [&](std::string_view value) {
    values += value.size() + 1;
    MUST_HOLD(values <= bytes.size());
  });
  MUST_HOLD(read.ok() || read.code() == pdns::Code::kUsage);
  std::istringstream text(bytes);
  std::size_t bad = 0;
  const auto list = pdns::ask::ReadList(
      text, [&](const std::string& place, std::string_view, const pdns::Status& why) {
        MUST_HOLD(!place.empty() && why.code() == pdns::Code::kUsage);
        ++bad;
      });
  if (!list.ok()) {
    MUST_HOLD(list.status().code() == pdns::Code::kNoInput);
    return 0;
  }
  MUST_HOLD(list->size() + bad + list->passed_over() <= bytes.size());
  for (std::size_t i = 0; i < list->size(); ++i) {
    MUST_HOLD(pdns::ask::AskName((*list)[i].text).ok());
    MUST_HOLD((*list)[i].line >= 1 && (*list)[i].line <= bytes.size());
  }
  return 0;
}
