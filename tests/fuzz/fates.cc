// Rows of counters: values encode to the same bytes again; a name is that of a counter or of none,
// and whatever is added under names, the sums hold.
#include <string>

#include "check.h"
#include "record/counters.h"
#include "store/fate_rows.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const pdns::Bytes bytes(data, size);
  const std::string_view text = pdns::AsText(bytes);
  if (const auto count = pdns::store::DecodeFateValue(bytes))
    MUST_HOLD(text.starts_with(pdns::store::FateValue(*count)));
  if (const auto since = pdns::store::DecodeCountedSinceValue(bytes))
    MUST_HOLD(text.starts_with(pdns::store::CountedSinceValue(*since)));
  pdns::record::Counters counters;
  for (std::size_t at = 0; at < size;) {
    const std::string_view name = text.substr(at, text.find('\n', at) - at);
    const bool known = pdns::record::AddNamed(counters, name, at + 1);
    MUST_HOLD(counters.AddUp());
    bool found = false;
    for (const auto& one : pdns::record::NonZero(counters))
      found = found || pdns::record::FullName(one.name) == name;
    MUST_HOLD(found == known);
    at += name.size() + 1;
  }
  return 0;
}
