#include "dns/address_block.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>

#include "base/whole_number.h"

namespace pdns::dns {
namespace {

constexpr std::size_t kIpv4 = 4;
constexpr std::size_t kIpv6 = 16;

std::string AddressText(Bytes address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(address.size() == kIpv4 ? AF_INET : AF_INET6, address.data(), text.data(), text.size());
  return text.data();
}

std::uint8_t MaskOf(std::size_t bit) { return static_cast<std::uint8_t>(0x80U >> (bit % 8)); }

}  // namespace

std::optional<AddressBlock> ParseAddress(std::string_view text) {
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  if (text.empty() || text.size() >= terminated.size() || text.find('\0') != std::string_view::npos)
    return std::nullopt;
  std::copy(text.begin(), text.end(), terminated.begin());
  AddressBlock block;
  const bool sixteen = text.find(':') != std::string_view::npos;
  if (inet_pton(sixteen ? AF_INET6 : AF_INET, terminated.data(), block.first.data()) != 1)
    return std::nullopt;
  block.size = sixteen ? kIpv6 : kIpv4;
  block.last = block.first;
  return block;
}

std::optional<AddressBlock> ParseBlock(std::string_view text) {
  const std::size_t slash = text.find('/');
  auto block = ParseAddress(text.substr(0, slash));
  if (!block.has_value() || slash == std::string_view::npos) return block;
  const std::string_view digits = text.substr(slash + 1);
  const std::size_t bits = block->size * 8;
  const auto prefix = WholeNumber<unsigned>(digits);
  if (!prefix.has_value() || *prefix > bits) return std::nullopt;
  for (std::size_t bit = *prefix; bit < bits; ++bit) {
    auto& first = block->first[bit / 8];
    auto& last = block->last[bit / 8];
    first = static_cast<std::uint8_t>(first & ~MaskOf(bit));
    last = static_cast<std::uint8_t>(last | MaskOf(bit));
  }
  return block;
}

std::optional<unsigned> PrefixLength(const AddressBlock& block) {
  const auto is_set = [](const auto& bytes, std::size_t bit) {
    return (bytes[bit / 8] & MaskOf(bit)) != 0;
  };
  const std::size_t bits = block.size * 8;
  std::size_t shared = 0;
  while (shared < bits && is_set(block.first, shared) == is_set(block.last, shared)) ++shared;
  for (std::size_t bit = shared; bit < bits; ++bit) {
    if (is_set(block.first, bit) || !is_set(block.last, bit)) return std::nullopt;
  }
  return static_cast<unsigned>(shared);
}

std::string BlockText(const AddressBlock& block) {
  const std::string first = AddressText(block.lowest());
  const auto prefix = PrefixLength(block);
  if (!prefix.has_value()) return first + "-" + AddressText(block.highest());
  return *prefix == block.size * 8 ? first : fmt::format("{}/{}", first, *prefix);
}

}  // namespace pdns::dns
