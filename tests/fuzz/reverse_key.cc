// Reverse keys: what is taken apart is made of its parts again, and every key yields the key of its
// row. Input: a key; or a tuple, as rrtype u16 and rdata of a fixed owner.
#include "store/reverse_key.h"

#include <algorithm>
#include <string>

#include "check.h"
#include "record/type_facts.h"

namespace {

using pdns::AsBytes;
using pdns::AsText;
using pdns::Bytes;

void CheckKey(Bytes key) {
  const auto parts = pdns::store::SplitReverseKey(key);
  if (!parts.has_value()) return;
  const auto row = pdns::store::SplitRowKey(AsBytes(parts->row_key));
  MUST_HOLD(row.has_value() && !row->owner);
  MUST_HOLD(pdns::store::ReverseKeyAt(parts->kind, parts->at, *row) == AsText(key));
  // A short row says its rdata, and so whether it points there.
  if (row->cut || parts->kind == pdns::store::Kind::kIpv4 ||
      parts->kind == pdns::store::Kind::kIpv6) {
    return;
  }
  pdns::store::KeyList keys;
  pdns::store::AppendReverseKeys(keys, *row, row->rest);
  MUST_HOLD(keys.AnyOf([key](std::string_view one) { return one == AsText(key); }));
}

void CheckTuple(const pdns::record::Tuple& tuple) {
  const std::string row_key = pdns::store::RowKeyOf(tuple);
  const auto row = pdns::store::SplitRowKey(AsBytes(row_key));
  MUST_HOLD(row.has_value());
  pdns::store::KeyList keys;
  pdns::store::AppendReverseKeys(keys, *row, tuple.rdata);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto parts = pdns::store::SplitReverseKey(AsBytes(keys[i]));
    MUST_HOLD(parts.has_value());
    MUST_HOLD(parts->row_key == row_key);
    MUST_HOLD(pdns::store::ReverseKeyAt(parts->kind, parts->at, *row) == keys[i]);
    MUST_HOLD(pdns::store::CutReverseKey(keys[i]).size() <= pdns::store::kMaxReverseKey);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::string_view kOwner("\1a\3org\0", 7);
  const Bytes bytes(data, size);
  CheckKey(bytes);
  pdns::Cursor cursor(bytes);
  const auto type = static_cast<pdns::record::RrType>(cursor.U16());
  std::string rdata(AsText(cursor.Read(cursor.left())));
  // Canonical: names inside are lower case.
  if (pdns::record::RequiredFields(type) > 0)
    std::transform(rdata.begin(), rdata.end(), rdata.begin(), pdns::LowerByte);
  if (cursor.ok() && rdata.size() <= 65535) CheckTuple({AsBytes(kOwner), type, AsBytes(rdata)});
  return 0;
}
