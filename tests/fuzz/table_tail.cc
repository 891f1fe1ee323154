// The end of a table file is read within its bounds, whatever stands there and wherever it says
// that its blocks are; and less of a file shows no more of it to be whole.
#include "store_rocks/check/table_tail.h"

#include <cstdint>

#include "base/bytes.h"
#include "check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using pdns::store_rocks::PropertiesAreWhole;
  const pdns::Bytes tail(data, size);
  const bool whole = PropertiesAreWhole(tail, size);
  constexpr std::size_t kFooter = 53;
  if (size > kFooter) MUST_HOLD(whole || !PropertiesAreWhole(tail.subspan(1), size));
  // As the end of a file that is so long that what it points at lies elsewhere.
  constexpr std::uint64_t kLong = std::uint64_t{1} << 62;
  PropertiesAreWhole(tail, kLong);
  return 0;
}
