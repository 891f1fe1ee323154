#include "ask/quote.h"

#include "base/bytes.h"

namespace pdns::ask {

std::string Quoted(std::string_view text) {
  constexpr std::size_t kMost = 200;
  const std::string shown = Printable(text.substr(0, kMost));
  return "'" + shown + (text.size() > kMost ? "...'" : "'");
}

}  // namespace pdns::ask
