// Meta rows: keys and values that are decoded encode to the same bytes again. A counter's name is
// that of a counter or of none, and whatever is added under names, the sums hold.
#include "store/meta_rows.h"

#include <string>

#include "check.h"
#include "record/counters.h"

namespace {

using pdns::AsText;

void CheckValues(pdns::Bytes bytes) {
  const std::string_view text = AsText(bytes);
  if (const auto position = pdns::store::DecodeLedgerValue(bytes))
    MUST_HOLD(pdns::store::LedgerValue(*position) == text);
  if (const auto number = pdns::store::DecodeNumberValue(bytes))
    MUST_HOLD(pdns::store::NumberValue(*number) == text);
  if (const auto times = pdns::store::DecodeTimesValue(bytes))
    MUST_HOLD(pdns::store::TimesValue(*times) == text);
  if (const auto counts = pdns::store::DecodeCommitsValue(bytes))
    MUST_HOLD(pdns::store::CommitsValue(*counts) == text);
  // The one that takes more than it would write.
  if (const auto version = pdns::store::DecodeSchemaValue(bytes))
    MUST_HOLD(text.starts_with(pdns::store::SchemaValue(*version)));
}

void CheckKeys(std::string_view text) {
  if (const auto id = pdns::store::DecodeLedgerKey(text))
    MUST_HOLD(pdns::store::LedgerKey(*id) == text);
  if (const auto number = pdns::store::DecodeSensorKey(text))
    MUST_HOLD(pdns::store::SensorKey(*number) == text);
  if (const auto type = pdns::store::DecodeTypeKey(text))
    MUST_HOLD(pdns::store::TypeKey(*type) == text);
  if (const auto reasons = pdns::store::DecodeQuarantineKey(text))
    MUST_HOLD(pdns::store::QuarantineKey(*reasons) == text);
  if (const auto part = pdns::store::DecodeAddressesKey(text))
    MUST_HOLD(pdns::store::AddressesKey(*part) == text);
  if (const auto group = pdns::store::DecodeExpiredKey(text)) {
    MUST_HOLD(group->month.size() == 7 && group->month[4] == '-');
    MUST_HOLD(text.substr(pdns::store::kExpiredPrefix.size()).starts_with(group->rule));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const pdns::Bytes bytes(data, size);
  const std::string_view text = AsText(bytes);
  CheckValues(bytes);
  CheckKeys(text);
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
