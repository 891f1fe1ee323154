// What an ingester leaves to the next: entries that can be read are written as the same bytes.
#include "check.h"
#include "ingest/hand_over.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const pdns::Bytes bytes(data, size);
  const auto entries = pdns::ingest::DecodeHanded(bytes);
  if (entries.ok()) MUST_HOLD(pdns::ingest::EncodeHanded(*entries) == pdns::AsText(bytes));
  return 0;
}
