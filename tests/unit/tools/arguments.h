// An argv as main gets it.
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "base/status.h"

namespace pdns::tools {

template <class Options>
Result<Options> ParseWith(Result<Options> (*parse)(int, const char* const*),
                          std::initializer_list<std::string> arguments) {
  std::vector<const char*> argv{"program"};
  for (const std::string& argument : arguments) argv.push_back(argument.c_str());
  const int argc = static_cast<int>(argv.size());
  argv.push_back(nullptr);
  return parse(argc, argv.data());
}

}  // namespace pdns::tools
