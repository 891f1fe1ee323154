// Blocks of addresses: text as people write it -> [ParseBlock] -> the first and the last address,
// which store::Span takes and addresses of frames and records are held against.
//
// A value. Functions: any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace pdns::dns {

// Network order; both ends belong to it; bytes behind `size` are 0. One address: first is last.
struct AddressBlock {
  std::array<std::uint8_t, 16> first{};
  std::array<std::uint8_t, 16> last{};
  std::size_t size = 0;  // 4 or 16

  Bytes lowest() const { return Bytes(first).first(size); }
  Bytes highest() const { return Bytes(last).first(size); }

  bool Holds(Bytes address) const {
    return address.size() == size && AsText(lowest()) <= AsText(address) &&
           AsText(address) <= AsText(highest());
  }
};

// "205.150.150.140", "2001:db8::1".
std::optional<AddressBlock> ParseAddress(std::string_view text);

// An address, or a block such as "205.150.150.0/24" and "2001:db8::/32"; host bits are ignored.
std::optional<AddressBlock> ParseBlock(std::string_view text);

// The leading bits that all its addresses share when it has all addresses that share them; nothing
// for a range that no prefix length stands for.
std::optional<unsigned> PrefixLength(const AddressBlock& block);

// "205.150.150.140", "205.150.144.0/20", "205.150.150.1-205.150.150.9".
std::string BlockText(const AddressBlock& block);

}  // namespace pdns::dns
