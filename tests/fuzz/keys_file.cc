// A keys file is one whatever stands in it, or the error names a line that there is. What was read
// says itself again.
#include <algorithm>
#include <set>
#include <string>

#include "access/keys.h"
#include "base/bytes.h"
#include "check.h"

namespace {

using pdns::access::Key;
using pdns::access::KeyList;

std::string Two(unsigned number) {
  return {static_cast<char>('0' + number / 10), static_cast<char>('0' + number % 10)};
}

std::string LineOf(const Key& key) {
  std::string line = key.name + " " + pdns::ToHex(key.digest);
  const auto& limits = key.limits;
  if (limits.requests_per_minute)
    line += " requests-per-minute=" + std::to_string(*limits.requests_per_minute);
  if (limits.rows_per_day) line += " rows-per-day=" + std::to_string(*limits.rows_per_day);
  if (limits.expires) {
    const std::chrono::year_month_day day(*limits.expires);
    const auto year = static_cast<unsigned>(static_cast<int>(day.year()));
    line += " expires=" + Two(year / 100) + Two(year % 100) + "-" +
            Two(static_cast<unsigned>(day.month())) + "-" + Two(static_cast<unsigned>(day.day()));
  }
  return line + "\n";
}

void CheckError(const std::string& message, std::string_view text) {
  MUST_HOLD(message.starts_with("f:"));
  const bool printable =
      std::all_of(message.begin(), message.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
  MUST_HOLD(printable && message.size() < 300);
  const auto lines = std::count(text.begin(), text.end(), '\n') + 1;
  MUST_HOLD(message[2] == ' ' || std::stol(message.substr(2)) <= lines);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = pdns::AsText({data, size});
  const auto list = KeyList::Parse(text, "f");
  if (!list.ok()) {
    CheckError(list.status().message(), text);
    return 0;
  }
  std::string again;
  std::set<std::string> names;
  for (const Key& key : list->keys()) {
    MUST_HOLD(!key.name.empty() && names.insert(key.name).second);
    again += LineOf(key);
  }
  const auto second = KeyList::Parse(again, "f");
  MUST_HOLD(second.ok() && second->keys().size() == list->keys().size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    const Key& key = list->keys()[i];
    MUST_HOLD(second->keys()[i].name == key.name && second->keys()[i].digest == key.digest);
    MUST_HOLD(second->keys()[i].limits == key.limits);
  }
  return 0;
}
