// Row keys: what is decoded is what the encoder writes, and lies where questions look for it.
// Input: a key; or a wire name with rdata behind it, which is a tuple.
#include "store/row_key.h"

#include <string>

#include "check.h"
#include "store/key_range.h"
#include "store/selection.h"

namespace {

using pdns::AsBytes;
using pdns::AsText;
using pdns::Bytes;

void CheckRow(const pdns::record::Tuple& tuple) {
  const std::string key = pdns::store::RowKeyOf(tuple);
  MUST_HOLD(key.size() <= pdns::store::kMaxRowKey);
  const auto parts = pdns::store::SplitRowKey(AsBytes(key));
  MUST_HOLD(parts.has_value() && !parts->owner);
  const auto again = pdns::store::DecodeRow(*parts, parts->cut ? tuple.rdata : Bytes());
  MUST_HOLD(again.has_value() && again->view() == tuple);
  for (const auto& span :
       {pdns::store::NameSpan(tuple.owner), pdns::store::SubtreeSpan(tuple.owner)})
    MUST_HOLD(pdns::store::PrefixRange(span.lo).Holds(key));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes bytes(data, size);
  const auto parts = pdns::store::SplitRowKey(bytes);
  if (parts.has_value() && !parts->owner && !parts->cut) {
    const auto tuple = pdns::store::DecodeRow(*parts, {});
    if (tuple.has_value()) MUST_HOLD(pdns::store::RowKeyOf(tuple->view()) == AsText(bytes));
  }
  // Behind a name: rdata, ten times over to make it long.
  const std::size_t length = pdns::record::NameLength(bytes);
  const auto owner = pdns::record::Name::FromWire(bytes.first(length));
  if (!owner.has_value()) return 0;
  std::string rdata(AsText(bytes.subspan(length)));
  if (rdata.size() > 6553) return 0;
  CheckRow({owner->wire(), pdns::record::RrType::kTxt, AsBytes(rdata)});
  const std::string once = rdata;
  for (int i = 1; i < 10; ++i) rdata += once;
  CheckRow({owner->wire(), pdns::record::RrType::kTxt, AsBytes(rdata)});
  if (!parts.has_value() || parts->owner) return 0;
  // What is cut is decoded with the right rdata alone.
  const auto tuple = pdns::store::DecodeRow(*parts, AsBytes(rdata));
  MUST_HOLD(!tuple.has_value() || pdns::store::RowKeyOf(tuple->view()) == AsText(bytes));
  return 0;
}
