// Names to text and back, and text that people type.
#include <algorithm>

#include "check.h"
#include "dns/text.h"

namespace {

void CheckRoundTrip(const pdns::record::Name& name) {
  const std::string text = pdns::dns::NameToText(name.wire());
  MUST_HOLD(std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; }));
  MUST_HOLD(text.ends_with('.'));
  const auto again = pdns::dns::NameFromText(text);
  MUST_HOLD(again.has_value() && *again == name);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const pdns::Bytes bytes(data, size);
  if (const auto name = pdns::record::Name::FromWire(bytes)) CheckRoundTrip(*name);
  if (const auto name = pdns::dns::NameFromText(pdns::AsText(bytes))) CheckRoundTrip(*name);
  if (const auto type = pdns::dns::TypeFromText(pdns::AsText(bytes))) {
    MUST_HOLD(pdns::dns::TypeFromText(pdns::dns::TypeToText(*type)) == type);
  }
  return 0;
}
