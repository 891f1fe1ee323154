// Rdata of any type as text: 7-bit and inert, always the same, and in the generic form exact.
// Input: rrtype u16, rdata.
#include "dns/presentation/rdata_text.h"

#include <algorithm>
#include <string>

#include "check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  pdns::Cursor cursor({data, size});
  const auto type = static_cast<pdns::record::RrType>(cursor.U16());
  const pdns::Bytes rdata = cursor.Read(cursor.left());
  if (!cursor.ok() || rdata.size() > 65535) return 0;
  const std::string text = pdns::dns::RdataToText(type, rdata);
  MUST_HOLD(!text.empty());
  MUST_HOLD(std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c <= 0x7e; }));
  MUST_HOLD(text == pdns::dns::RdataToText(type, rdata));
  if (text.starts_with("\\# ")) {
    const std::string generic = "\\# " + std::to_string(rdata.size());
    MUST_HOLD(text == (rdata.empty() ? generic : generic + " " + pdns::ToHex(rdata)));
  }
  return 0;
}
