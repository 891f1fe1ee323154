// Shows rdata as pdns-query would: lines "TYPE hex" in, "TYPE text" out. For handmade_test.py.
#include <charconv>
#include <iostream>
#include <string>

#include "dns/presentation/rdata_text.h"
#include "dns/text.h"

int main() {
  for (std::string word, hex; std::cin >> word >> hex;) {
    const auto type = pdns::dns::TypeFromText(word);
    if (!type.has_value()) return 1;
    std::string rdata;
    for (std::size_t at = 0; at + 1 < hex.size(); at += 2) {  // "-": none
      unsigned byte = 0;
      std::from_chars(hex.data() + at, hex.data() + at + 2, byte, 16);
      rdata.push_back(static_cast<char>(byte));
    }
    std::cout << pdns::dns::TypeToText(*type) << ' '
              << pdns::dns::RdataToText(*type, pdns::AsBytes(rdata)) << '\n';
  }
  return 0;
}
