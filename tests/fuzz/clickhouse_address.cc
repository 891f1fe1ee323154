// Addresses of clusters: any text; what is read says the same cluster when it is written again, and
// nothing in it could end a header of HTTP or an SQL name.
#include <algorithm>
#include <string>

#include "check.h"
#include "store_clickhouse/address.h"

namespace {

bool Plain(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using pdns::store_clickhouse::ParseAddress;
  const std::string_view text = pdns::AsText({data, size});
  const auto address = ParseAddress(text);
  if (!address.ok()) {
    MUST_HOLD(!address.status().message().empty() && address.status().message().size() < 1000);
    return 0;
  }
  MUST_HOLD(pdns::store_clickhouse::IsAddress(text));
  MUST_HOLD(!address->shards.empty() && Plain(address->user) && Plain(address->text()));
  MUST_HOLD(address->database.find_first_of("'`\".\\;") == std::string::npos);
  const auto again = ParseAddress(address->text());
  MUST_HOLD(again.ok() && again->text() == address->text() && again->tls == address->tls);
  MUST_HOLD(again->shards == address->shards && again->user == address->user);
  return 0;
}
