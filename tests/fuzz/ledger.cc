// Ledger and schema values: the fields that are known encode to the same bytes again.
#include <string>

#include "check.h"
#include "store/key.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const pdns::Bytes bytes(data, size);
  if (const auto position = pdns::store::DecodeLedgerValue(bytes)) {
    const std::string value = pdns::store::LedgerValue(*position);
    MUST_HOLD(pdns::AsText(bytes).starts_with(value));
    MUST_HOLD(pdns::store::DecodeLedgerValue(pdns::AsBytes(value)) == position);
  }
  if (const auto version = pdns::store::DecodeSchemaValue(bytes)) {
    MUST_HOLD(pdns::AsText(bytes).starts_with(pdns::store::SchemaValue(*version)));
  }
  return 0;
}
