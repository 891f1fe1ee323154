#include "corpus/names.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <string_view>

#include "corpus/random.h"
#include "corpus/words.h"

namespace pdns::bench {
namespace {

// Salts of Mix: one a property.
enum Salt : std::uint64_t {
  kKindSalt = 101,
  kTldSalt,
  kLabelSalt,
  kStyleSalt,
  kZoneSalt,
  kAddressSalt,
  kIdnSalt,
};

constexpr std::string_view kAlphabet = "0123456789abcdefghijklmnopqrstuvwxyz";

// Text of at most 63 bytes on the stack.
class Text {
 public:
  Text& operator<<(std::string_view text) {
    const std::size_t n = std::min(text.size(), bytes_.size() - size_);
    std::copy_n(text.data(), n, bytes_.data() + size_);
    size_ += n;
    return *this;
  }
  Text& Number(std::uint64_t value) {
    char digits[20];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    return *this << std::string_view(digits, static_cast<std::size_t>(end - digits));
  }
  // `count` digits of `base` (at most 36) out of `hash`.
  Text& Digits(std::uint64_t hash, unsigned base, unsigned count) {
    for (unsigned i = 0; i < count; ++i, hash /= base) *this << kAlphabet.substr(hash % base, 1);
    return *this;
  }
  Text& Dashed(std::uint32_t address) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      Number(address >> shift & 0xffU);
      if (shift > 0) *this << "-";
    }
    return *this;
  }
  [[nodiscard]] std::string_view View() const { return {bytes_.data(), size_}; }

 private:
  std::size_t size_ = 0;
  std::array<char, 63> bytes_{};
};

template <std::size_t n>
std::string_view Pick(const std::array<std::string_view, n>& table, std::uint64_t hash) {
  return table[hash % n];
}

std::string_view Tld(std::uint64_t hash) {
  unsigned point = static_cast<unsigned>(hash % kTldWeight);
  for (const Weighted& tld : kTlds) {
    if (point < tld.weight) return tld.text;
    point -= tld.weight;
  }
  return kTlds.front().text;
}

std::uint32_t Address(std::uint64_t hash) {
  return HostingPrefix(Mix(hash, kZoneSalt)) | static_cast<std::uint32_t>(hash & 0xfffU);
}

void ReverseLabels(std::uint32_t address, WireName& out) {
  for (int shift = 0; shift < 32; shift += 8)
    out.Label(Text().Number(address >> shift & 0xffU).View());
}

// 1.2.3.4 in a /24 zone, or an IPv6 address in a /48 zone.
void Reverse(Subject& out) {
  const std::uint64_t hash = Mix(out.id, kAddressSalt);
  if (Share(out.id, kStyleSalt, 80)) {
    const std::uint32_t address = Address(hash);
    ReverseLabels(address, out.owner);
    out.zone_at = out.owner.data()[0] + 1U;
    out.zone_id = Mix(address >> 8, kZoneSalt);
    out.owner.Labels("in-addr.arpa").Finish();
    return;
  }
  // Low half: the host. High half: a /48 of one of the hosting networks, 2a00::/12.
  const std::uint64_t low = hash & 0xff0000ffffffffffU;
  const std::uint64_t net = HostingPrefix(hash) >> 12;
  const std::uint64_t high = 0x2a00000000000000U | net << 32 | (hash >> 20 & 0x3U) << 16;
  for (const std::uint64_t half : {low, high}) {
    for (int shift = 0; shift < 64; shift += 4)
      out.owner.Label(kAlphabet.substr(half >> shift & 15U, 1));
  }
  out.zone_at = std::size_t{20} * 2;  // 20 of the 32 nibbles are the host's
  out.zone_id = Mix(high >> 16, kZoneSalt);
  out.owner.Labels("ip6.arpa").Finish();
}

void List(Subject& out) {
  const std::uint64_t hash = Mix(out.id, kLabelSalt);
  const std::size_t list = Mix(out.id, kZoneSalt) % kLists.size();
  if (list < 4) {
    ReverseLabels(Address(hash), out.owner);
  } else {
    out.owner.Label(Text().Digits(hash, 36, 12).Digits(Mix(hash), 36, 12).View());
    out.owner.Label(Text().Digits(Mix(hash, kLabelSalt), 16, 8).View());
  }
  out.zone_at = out.owner.size();
  out.zone_id = Mix(list, kZoneSalt);
  out.owner.Labels(kLists[list]).Finish();
}

// The unusual host of a domain.
void OddLabels(std::uint64_t hash, WireName& out) {
  switch (Mix(hash, kStyleSalt) % 5) {
    case 0:
      out.Label((Text() << Pick(kWords, hash)).Number(hash >> 8 & 0x3fU).View());
      break;
    case 1:
      out.Label(Pick(kHosts, hash)).Label(Pick(kWords, hash >> 8));
      break;
    case 2:
      out.Label(Text().Digits(hash, 16, 8 + static_cast<unsigned>(hash % 9)).View());
      break;
    case 3:
      out.Label((Text() << Pick(kWords, hash) << "-" << Pick(kHosts, hash >> 8)).View());
      break;
    default:
      out.Label(Pick(kWords, hash));
      break;
  }
}

void CloudLabels(std::size_t cloud, std::uint64_t hash, WireName& out) {
  const std::uint64_t more = Mix(hash);
  switch (cloud % 5) {
    case 0:
      out.Label((Text() << "d").Digits(hash, 36, 12).View());
      break;
    case 1:
      out.Label((Text() << "e").Number(hash % 9000000 + 1000).View());
      out.Label((Text() << "dsc").Digits(more, 26, 1).View());
      break;
    case 2:
      out.Label((Text() << "ec2-").Dashed(Address(hash)).View()).Label(Pick(kRegions, more));
      break;
    case 3:
      out.Label((Text() << Pick(kWords, hash) << "-").Digits(more, 16, 16).View());
      out.Label(Pick(kRegions, more >> 32));
      break;
    default:
      out.Label((Text() << Pick(kWords, hash) << "-" << Pick(kWords, hash >> 8) << "-")
                    .Digits(more, 36, 5)
                    .View());
  }
}

}  // namespace

std::uint32_t HostingPrefix(std::uint64_t hash) {
  // Unicast and public enough: 11.x to 223.x without loopback.
  const std::uint64_t net = Mix(hash % 4001);
  std::uint32_t first = 11 + static_cast<std::uint32_t>(net % 213);
  if (first == 127) first = 128;
  return first << 24 | static_cast<std::uint32_t>(net >> 32 & 0xfffU) << 12;
}

Names::Names(std::uint64_t seed) : seed_(Mix(seed)) {}

// Two words and a tail. The zone's number is spread over 24 bits by an odd factor, so that
// hardly two zones have one label, and neighbours have nothing in common.
void Names::Domain(std::uint64_t zone, Subject& out) const {
  const std::uint64_t spread = (zone * 0x9e3779b1U + seed_) & 0xffffffU;
  const std::uint64_t hash = Mix(zone ^ seed_, kLabelSalt);
  Text label;
  if (Mix(hash, kIdnSalt) % 64 == 0) label << "xn--";
  label << kWords[spread & 0xffU];
  const std::uint64_t style = spread >> 22;
  if (style == 1) label << "-";
  label << kWords[spread >> 8 & 0xffU];
  const std::string_view tail = kTails[spread >> 16 & 0x3fU];
  if (style == 2) label << "-";
  label << (style == 2 && tail.empty() ? "24h" : tail);
  if (style == 3) label.Number(hash % 10);
  if (zone >> 24 != 0) (label << "-").Number(zone >> 24);
  out.zone_at = out.owner.size();
  out.zone_id = hash;
  out.owner.Label(label.View()).Labels(Tld(Mix(hash, kTldSalt))).Finish();
}

void Names::Host(std::uint64_t slot, Subject& out) const {
  const std::uint64_t hash = Mix(out.id, kLabelSalt);
  switch (slot & 3U) {
    case 0:
      out.kind = Kind::kApex;
      break;
    case 1:
      out.owner.Label("www");
      break;
    case 2:
      out.owner.Label(Pick(kHosts, hash));
      break;
    default:
      OddLabels(hash, out.owner);
  }
  Domain(slot >> 2, out);
}

void Names::Cloud(Subject& out) const {
  out.kind = Kind::kCloud;
  // The smaller of two draws: the first of the table hold the most.
  const std::uint64_t draw = Mix(out.id, kZoneSalt);
  const std::size_t cloud =
      std::min<std::size_t>(draw % kClouds.size(), (draw >> 32) % kClouds.size());
  CloudLabels(cloud, Mix(out.id, kLabelSalt), out.owner);
  out.zone_at = out.owner.size();
  out.zone_id = Mix(cloud ^ seed_, kZoneSalt);
  out.owner.Labels(kClouds[cloud]).Finish();
}

void Names::Service(std::uint64_t slot, Subject& out) const {
  out.kind = Kind::kService;
  const std::size_t service = Mix(out.id, kLabelSalt) % kServices.size();
  out.service_record = service >= 5;
  out.owner.Labels(kServices[service]);
  Domain(slot >> 2, out);
}

Subject Names::At(std::uint64_t number) const {
  // Numbers come in order when names are new: spread the four of a domain over 65,536 messages.
  const std::uint64_t slot = (number & ~0xffffU) | ((number * 40503U + seed_) & 0xffffU);
  Subject out;
  out.number = number;
  out.id = Mix(number ^ seed_, kKindSalt);
  const std::uint64_t kind = Mix(out.id, kKindSalt) % 100;
  if (kind < 64 || (number < 100 && kind >= 84)) {
    Host(slot, out);
  } else if (kind < 84) {
    Cloud(out);
  } else if (kind < 90) {
    Service(slot, out);
  } else if (kind < 95) {
    out.kind = Kind::kReverse;
    Reverse(out);
  } else {
    out.kind = Kind::kList;
    List(out);
  }
  return out;
}

}  // namespace pdns::bench
