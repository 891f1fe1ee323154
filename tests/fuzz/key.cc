// Forward keys: what is decoded is what the encoder writes, and lies where questions look for it.
#include "store/key.h"

#include <string>

#include "check.h"
#include "record/tuple_key.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using pdns::AsText;
  const pdns::Bytes bytes(data, size);
  if (const auto tuple = pdns::record::DecodeTupleKey(bytes)) {
    std::string key;
    pdns::record::AppendTupleKey(key, tuple->view());
    MUST_HOLD(key == AsText(bytes));
    MUST_HOLD(pdns::store::OwnerRange(tuple->owner).Holds(key));
    MUST_HOLD(pdns::store::SubtreeRange(tuple->owner).Holds(key));
    MUST_HOLD(pdns::store::SubtreeRange(pdns::record::Name()).Holds(key));
  }
  if (const auto name = pdns::record::Name::FromWire(bytes)) {
    std::string ordered;
    pdns::record::AppendOrderedName(ordered, name->wire());
    pdns::Cursor cursor(pdns::AsBytes(ordered));
    MUST_HOLD(pdns::record::ReadOrderedName(cursor) == *name);
    MUST_HOLD(cursor.AtEnd());
  }
  return 0;
}
