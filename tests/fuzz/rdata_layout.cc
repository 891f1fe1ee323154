// Canonical rdata: what is cut by hand is what comes of it by way of ldns, byte for byte, and the
// same is refused. Input: type u16 | offset of RDLENGTH u16 | message.
#include "dns/rdata_layout.h"

#include <algorithm>
#include <string>
#include <vector>

#include "check.h"
#include "dns/rdata.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static pdns::dns::Scratch scratch;
  pdns::Cursor cursor({data, size});
  const auto type = static_cast<pdns::record::RrType>(cursor.U16());
  const std::size_t at = cursor.U16();
  const pdns::Bytes rest = cursor.Read(cursor.left());
  if (!cursor.ok() || rest.size() > 65535 || at + 2 > rest.size()) return 0;
  const auto layout = pdns::dns::LayoutOf(type);
  if (layout.names == 0) return 0;

  // The rdata must lie inside: so that nearly every input is one, a length too long is cut.
  std::vector<std::uint8_t> message(rest.begin(), rest.end());
  const std::size_t most = message.size() - at - 2;
  const std::size_t length = std::min(std::size_t{message[at]} << 8 | message[at + 1], most);
  message[at] = static_cast<std::uint8_t>(length >> 8);
  message[at + 1] = static_cast<std::uint8_t>(length);

  scratch.Clear();
  const auto ours = pdns::dns::CutRdata(message, at, layout, scratch);
  std::string theirs;
  MUST_HOLD(ours.has_value() == pdns::dns::AppendByLdns(message, at, type, theirs));
  if (ours) MUST_HOLD(pdns::AsText(*ours) == theirs);
  return 0;
}
