// Shows rows as pdns-query would, in the format that is named: lines "owner-hex type-number
// rdata-hex last" in, "-" for no bytes. For zone_test.py.
#include <charconv>
#include <cstdio>
#include <iostream>
#include <string>

#include "record/name.h"
#include "render/format.h"

namespace {

std::string FromHex(const std::string& hex) {
  std::string bytes;
  for (std::size_t at = 0; at + 1 < hex.size(); at += 2) {
    unsigned byte = 0;
    std::from_chars(hex.data() + at, hex.data() + at + 2, byte, 16);
    bytes.push_back(static_cast<char>(byte));
  }
  return bytes;
}

}  // namespace

int main(int argc, char** argv) {
  const auto* const named = pdns::render::FindFormat(argc > 1 ? argv[1] : "");
  if (named == nullptr) return 64;
  const auto format = named->make(
      {}, [](std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); });
  std::string owner;
  std::string rdata;
  std::uint16_t type = 0;
  std::int64_t last = 0;
  while (std::cin >> owner >> type >> rdata >> last) {
    const auto name = pdns::record::Name::FromWire(pdns::AsBytes(FromHex(owner)));
    if (!name.has_value()) return 1;
    const std::string wire = FromHex(rdata);
    pdns::record::History history;
    history.first = history.last = std::chrono::sys_seconds(std::chrono::seconds(last));
    history.count = 1;
    format->Add({{name->wire(), static_cast<pdns::record::RrType>(type), pdns::AsBytes(wire)},
                 history,
                 nullptr,
                 {}});
  }
  format->Finish();
  return 0;
}
