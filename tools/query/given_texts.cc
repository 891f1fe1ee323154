#include "tools/query/given_texts.h"

#include <boost/program_options.hpp>
#include <cstdint>
#include <string>
#include <vector>

namespace pdns::tools {

query::NamedTexts GivenTexts(const boost::program_options::variables_map& values) {
  query::NamedTexts texts;
  for (const auto& [name, value] : values) {
    if (value.defaulted()) continue;
    const boost::any& given = value.value();
    const std::string& known = name == "name" ? "q" : name;
    if (const bool* flag = boost::any_cast<bool>(&given); flag != nullptr) {
      if (*flag) texts.Add(known, "");  // a file may say that it is false
    } else if (const auto* text = boost::any_cast<std::string>(&given); text != nullptr) {
      texts.Add(known, *text);
    } else if (const auto* number = boost::any_cast<std::int64_t>(&given); number != nullptr) {
      texts.Add(known, std::to_string(*number));
    } else if (const auto* all = boost::any_cast<std::vector<std::string>>(&given)) {
      for (const std::string& one : *all) texts.Add(known, one);
    }
  }
  return texts;
}

}  // namespace pdns::tools
