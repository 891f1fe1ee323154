// Values: the fields that are known encode to the same bytes again; merging stays within the limits
// and does not care for order.
#include "store/value.h"

#include <string>

#include "check.h"

namespace {

std::string Encoded(const pdns::record::Sighting& sighting) {
  std::string value;
  pdns::store::AppendValue(value, sighting);
  return value;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const pdns::Bytes bytes(data, size);
  const auto sighting = pdns::store::DecodeValue(bytes);
  if (!sighting.has_value()) return 0;
  MUST_HOLD(pdns::AsText(bytes).starts_with(Encoded(*sighting)));
  // The other half of the input, if it is a value as well.
  const auto other = pdns::store::DecodeValue(bytes.subspan(size / 2)).value_or(*sighting);
  auto there = *sighting;
  pdns::record::Merge(there, other);
  auto back = other;
  pdns::record::Merge(back, *sighting);
  MUST_HOLD(Encoded(there) == Encoded(back));
  const std::string merged = Encoded(there);
  const auto again = pdns::store::DecodeValue(pdns::AsBytes(merged));
  MUST_HOLD(again.has_value() && Encoded(*again) == merged);
  return 0;
}
