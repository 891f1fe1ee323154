// Reverse keys: what is decoded is what the encoder writes, and every key leads back to its tuple.
// Input: a key; or a tuple, as rrtype u16 and rdata of a fixed owner.
#include "store/reverse_key.h"

#include <algorithm>
#include <string>

#include "check.h"

namespace {

using pdns::Bytes;

void CheckKey(Bytes key) {
  const auto row = pdns::store::DecodeReverseKey(key);
  if (!row.has_value() || row->digest.has_value()) return;
  const auto keys = pdns::store::ReverseKeysOf(row->tuple.view());
  MUST_HOLD(keys.AnyOf([key](std::string_view one) { return one == pdns::AsText(key); }));
}

void CheckTuple(const pdns::record::Tuple& tuple) {
  const auto keys = pdns::store::ReverseKeysOf(tuple);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto row = pdns::store::DecodeReverseKey(pdns::AsBytes(keys[i]));
    MUST_HOLD(row.has_value());
    MUST_HOLD(pdns::AsText(row->tuple.owner.wire()) == pdns::AsText(tuple.owner));
    MUST_HOLD(row->tuple.type == tuple.type);
    if (row->digest.has_value()) {
      MUST_HOLD(*row->digest == pdns::Hash128(tuple.rdata));
    } else {
      MUST_HOLD(row->tuple.rdata == pdns::AsText(tuple.rdata));
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::string_view kOwner("\1a\3org\0", 7);
  const Bytes bytes(data, size);
  CheckKey(bytes);
  pdns::Cursor cursor(bytes);
  const auto type = static_cast<pdns::record::RrType>(cursor.U16());
  std::string rdata(pdns::AsText(cursor.Take(cursor.left())));
  // Canonical: names inside are lower case.
  if (pdns::record::RequiredFields(type) > 0) {
    std::transform(rdata.begin(), rdata.end(), rdata.begin(), pdns::LowerByte);
  }
  using pdns::record::RrType;
  // Addresses of another length are refused before they come here.
  const bool possible = (type != RrType::kA || rdata.size() == 4) &&
                        (type != RrType::kAaaa || rdata.size() == 16) && rdata.size() <= 65535;
  if (cursor.ok() && possible) CheckTuple({pdns::AsBytes(kOwner), type, pdns::AsBytes(rdata)});
  return 0;
}
