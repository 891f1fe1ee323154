#include "store/key_range.h"

#include <cstdint>
#include <utility>

namespace pdns::store {

KeyRange PrefixRange(std::string prefix) {
  std::string hi = prefix;
  while (!hi.empty() && static_cast<std::uint8_t>(hi.back()) == 0xff) hi.pop_back();
  if (!hi.empty()) hi.back() = static_cast<char>(hi.back() + 1);
  return {std::move(prefix), std::move(hi)};
}

}  // namespace pdns::store
