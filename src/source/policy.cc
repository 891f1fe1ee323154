#include "source/policy.h"

#include <ctime>

namespace pdns::source {

std::uint64_t SystemSeconds() { return static_cast<std::uint64_t>(std::time(nullptr)); }

}  // namespace pdns::source
