#include "source/report.h"

#include <array>
#include <cstddef>

namespace pdns::source {

std::string_view NameOf(State state) {
  static constexpr std::array<std::string_view, 8> kNames{
      "complete", "continued",  "already_taken", "cut_tail",
      "corrupt",  "unreadable", "interrupted",   "vanished"};
  return kNames.at(static_cast<std::size_t>(state));
}

}  // namespace pdns::source
