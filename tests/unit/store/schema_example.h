// The worked examples of schema/keys.md, as that file says they are written.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "dns/text.h"
#include "unit/store/rows.h"
#include "unit/support/places.h"
#include "unit/support/temp_dir.h"

namespace pdns::store {

// One block: its lines by name; a name may stand on several lines, whose order is kept.
class Example {
 public:
  // "ff 78*3" is ff787878.
  static std::string Unfold(const std::string& text) {
    std::string bytes;
    std::istringstream words(text);
    for (std::string word; words >> word;) {
      const std::size_t star = word.find('*');
      const auto once = FromHex(word.substr(0, star));
      EXPECT_TRUE(once.has_value() && once->size() == 1) << word;
      const std::size_t times = star == std::string::npos ? 1 : std::stoul(word.substr(star + 1));
      for (std::size_t i = 0; i < times; ++i) bytes += once.value_or("");
    }
    return bytes;
  }

  void Add(const std::string& name, const std::string& value) { lines_.emplace(name, value); }

  bool Has(const std::string& name) const { return lines_.count(name) > 0; }
  std::string Text(const std::string& name) const {
    const auto found = lines_.find(name);
    if (found == lines_.end()) ADD_FAILURE() << "no line '" << name << "'";
    return found != lines_.end() ? found->second : "";
  }
  std::vector<std::string> All(const std::string& name) const {
    std::vector<std::string> all;
    const auto [begin, end] = lines_.equal_range(name);
    for (auto line = begin; line != end; ++line) all.push_back(line->second);
    return all;
  }
  std::uint64_t Number(const std::string& name) const { return std::stoull(Text(name)); }
  std::chrono::sys_seconds Time(const std::string& name) const {
    return std::chrono::sys_seconds(std::chrono::seconds(Number(name)));
  }
  std::string Wire(const std::string& name) const { return Unfold(Text(name)); }
  std::vector<std::string> AllWire(const std::string& name) const {
    std::vector<std::string> all = All(name);
    std::transform(all.begin(), all.end(), all.begin(), Unfold);
    return all;
  }

  record::RrType Type() const {
    const auto type = dns::TypeFromText(Text("rrtype"));
    EXPECT_TRUE(type.has_value());
    return type.value_or(record::RrType{});
  }

  // An owner alone is a tuple without type and rdata.
  record::OwnedTuple Tuple() const {
    record::OwnedTuple tuple;
    const auto name = Has("rrname_wire") ? record::Name::FromWire(AsBytes(Wire("rrname_wire")))
                                         : dns::NameFromText(Text("rrname"));
    EXPECT_TRUE(name.has_value());
    tuple.owner = name.value_or(record::Name());
    if (Has("rrtype")) tuple.type = Type();
    if (Has("rdata")) tuple.rdata = Wire("rdata");
    return tuple;
  }

  record::History History() const {
    record::History history;
    history.first = Time("first");
    history.last = Time("last");
    history.count = Number("count");
    if (Text("bailiwick") != "unknown")
      history.bailiwick = record::Bailiwick::OfLabels(static_cast<unsigned>(Number("bailiwick")));
    history.reasons = static_cast<std::uint8_t>(Number("reasons"));
    history.sensors = 0;
    std::istringstream sensors(Text("sensors"));
    for (unsigned sensor = 0; sensors >> sensor;) history.sensors |= record::SensorBit(sensor);
    const std::string days = Text("days");
    if (days == "ends") history.days = record::DayForm::kEnds;
    if (days == "ends" || days == "every") return history;
    history.days = record::DayForm::kRuns;
    std::istringstream runs(days);
    for (std::string run; runs >> run;)
      history.runs.push_back({Day(run.substr(0, 10)), Day(run.substr(12))});
    return history;
  }

 private:
  static std::chrono::sys_days Day(const std::string& text) {
    int year = 0;
    unsigned month = 0;
    unsigned day = 0;
    EXPECT_EQ(std::sscanf(text.c_str(), "%4d-%2u-%2u", &year, &month, &day), 3) << text;
    return std::chrono::year_month_day(std::chrono::year(year), std::chrono::month(month),
                                       std::chrono::day(day));
  }

  std::multimap<std::string, std::string> lines_;
};

inline std::vector<Example> ReadExamples() {
  std::vector<Example> examples;
  std::istringstream file(testing::ReadFile(std::string(testing::kSchema) + "/keys.md"));
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    if (line == "```example") {
      inside = true;
      examples.emplace_back();
    } else if (line == "```") {
      inside = false;
    } else if (inside) {
      const std::size_t colon = line.find(':');
      const std::string value = line.substr(std::min(colon + 2, line.size()));
      EXPECT_NE(colon, std::string::npos) << "not 'name: value': " << line;
      examples.back().Add(line.substr(0, colon), value);
    }
  }
  return examples;
}

}  // namespace pdns::store
