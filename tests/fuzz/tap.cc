// dnstap payloads as line, JSON and YAML: 7-bit, one line where one is promised, JSON that parses,
// and nothing between the lines of YAML but keys, items and quoted text.
#include <rapidjson/document.h>

#include <algorithm>
#include <string>

#include "check.h"
#include "dnstap/message.h"
#include "tap/print/json.h"
#include "tap/print/line.h"
#include "tap/print/yaml.h"

namespace {

bool IsInert(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c <= 0x7e; });
}

// From quote to quote, with no escapes but of a quote and a backslash.
bool IsQuoted(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return false;
  text = text.substr(1, text.size() - 2);
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '"') return false;
    if (text[at] != '\\') continue;
    ++at;
    if (at == text.size() || (text[at] != '"' && text[at] != '\\')) return false;
  }
  return true;
}

void CheckJson(const std::string& text) {
  rapidjson::Document json;
  json.Parse(text.data(), text.size());
  MUST_HOLD(IsInert(text) && !json.HasParseError() && json.IsObject());
}

void CheckYaml(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    MUST_HOLD(end != std::string_view::npos);
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    MUST_HOLD(IsInert(line));
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    const std::size_t key = line.find_first_of(":\"");
    const bool item = line.starts_with("- \"");
    MUST_HOLD(item || (key != std::string_view::npos && line[key] == ':'));
    const std::string_view value = line.substr(item ? 2 : std::min(key + 2, line.size()));
    MUST_HOLD(value.find('"') == std::string_view::npos || IsQuoted(value));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using pdns::tap::Zone;
  const pdns::Bytes payload(data, size);
  static pdns::dnstap::MessageReader reader;
  const auto message = reader.Read(payload);
  if (!message.has_value()) {
    CheckJson(pdns::tap::MalformedToJson(payload));
    CheckYaml(pdns::tap::MalformedToYaml(payload));
    return 0;
  }
  pdns::tap::Frame frame(*message);
  MUST_HOLD(IsInert(FrameToLine(frame, {Zone::kUtc, false})));
  FrameToLine(frame, {Zone::kLocal, true});
  CheckJson(FrameToJson(frame, Zone::kUtc));
  CheckYaml(FrameToYaml(frame, Zone::kLocal));
  return 0;
}
