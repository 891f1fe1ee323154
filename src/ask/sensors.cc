#include "ask/sensors.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.h"

namespace pdns::ask {
namespace {

record::SensorSet SetOf(const std::string& name, const std::vector<std::string>& known) {
  const std::size_t numbered = std::min<std::size_t>(known.size(), record::kMostSensors);
  record::SensorSet set = 0;
  for (std::size_t number = 0; number < numbered; ++number)
    if (known[number] == name) set |= record::SensorBit(static_cast<unsigned>(number));
  if (name == record::kOtherSensorsName)
    set |= record::kAllSensors & ~(record::SensorBit(static_cast<unsigned>(numbered)) - 1);
  return set;
}

std::string Listed(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  std::string list;
  for (const std::string& name : names) {
    if (!list.empty()) list += ", ";
    list += name.empty() ? "'' (frames without an identity)" : SensorText(name);
  }
  return list.empty() ? "none" : list;
}

}  // namespace

std::string SensorText(std::string_view name) {
  std::string text;
  for (const char& c : name) {
    const bool special = c == ',' || c == '\\';
    text += special ? "\\x" + ToHex(AsBytes({&c, 1})) : Printable({&c, 1});
  }
  return text;
}

std::string SensorFromText(std::string_view text) {
  std::string name;
  while (!text.empty()) {
    const auto byte = text.starts_with("\\x") ? FromHex(text.substr(2, 2)) : std::nullopt;
    const bool escape = byte.has_value() && byte->size() == 1;
    name.push_back(escape ? byte->front() : text.front());
    text.remove_prefix(escape ? 4 : 1);
  }
  return name;
}

Result<record::SensorSet> SensorsNamed(const std::vector<std::string>& names,
                                       const std::vector<std::string>& known) {
  record::SensorSet all = 0;
  for (const std::string& name : names) {
    const record::SensorSet set = SetOf(name, known);
    if (set == 0) {
      return Status::Usage(fmt::format("sensor '{}' is not in this database, which has {}",
                                       SensorText(name), Listed(known)));
    }
    all |= set;
  }
  return all;
}

}  // namespace pdns::ask
