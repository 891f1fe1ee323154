#include "corpus/rdata.h"

#include <cctype>
#include <string_view>

#include "corpus/random.h"
#include "corpus/words.h"

namespace pdns::bench {
namespace {

enum Salt : std::uint64_t {
  kNetSalt = 501,
  kHostSalt,
  kTargetSalt,
  kForeignSalt,
  kMailSalt,
  kServerSalt,
  kTextSalt,
  kCaseSalt,
};

constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::uint64_t HostHash(const Subject& subject) {
  return Mix(subject.kind == Kind::kCloud ? subject.id : subject.zone_id, kHostSalt);
}

std::string Digits(std::uint64_t hash, std::string_view alphabet, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    if (i % 8 == 0) hash = Mix(hash);
    text += alphabet[(hash >> (i % 8) * 8 & 0xffU) % alphabet.size()];
  }
  return text;
}

WireName InZone(std::string_view label, const Subject& subject) {
  return WireName().Label(label).Tail(subject.ZoneWire(), subject.ZoneSize());
}

}  // namespace

std::uint32_t Ipv4(const Subject& subject, std::uint64_t which) {
  const std::uint64_t host = HostHash(subject);
  return HostingPrefix(Mix(subject.zone_id, kNetSalt)) |
         static_cast<std::uint32_t>((host + which) & 0xfffU);
}

std::array<std::uint32_t, 4> Ipv6(const Subject& subject, std::uint64_t which) {
  const std::uint64_t host = HostHash(subject);
  const std::uint32_t net = HostingPrefix(Mix(subject.zone_id, kNetSalt)) >> 12;
  const bool short_host = host % 2 == 0;
  return {0x2a000000U | net, static_cast<std::uint32_t>(host >> 8 & 0xffffffU),
          short_host ? 0U : static_cast<std::uint32_t>(host >> 32),
          static_cast<std::uint32_t>((short_host ? 1 : host >> 16 & 0xffffU) + which)};
}

WireName LocalTarget(const Subject& subject, std::uint64_t salt) {
  const std::uint64_t hash = Mix(subject.id ^ salt, kTargetSalt);
  std::string label(kHosts[hash % kHosts.size()]);
  label += '-';
  label += Digits(hash, "0123456789abcdef", 2 + hash % 7);
  return InZone(label, subject);
}

WireName ForeignTarget(const Subject& subject) {
  const std::uint64_t hash = Mix(subject.id, kForeignSalt);
  std::string label(kWords[hash & 0xffU]);
  label += '-';
  label += Digits(hash, "0123456789abcdefghijklmnopqrstuvwxyz", 8);
  if (Share(subject.zone_id, kCaseSalt, 5)) {
    label[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(label[0])));
  }
  return WireName().Label(label).Labels(kClouds[(hash >> 8) % kClouds.size()]).Finish();
}

WireName MailServer(const Subject& subject, unsigned which) {
  const std::uint64_t hash = Mix(subject.zone_id, kMailSalt);
  std::string label = "mx" + std::to_string(which + 1);
  if (hash % 100 < 40) return InZone(which == 0 ? std::string_view("mail") : label, subject);
  // The larger providers give each customer a name.
  if (hash % 100 < 60) label = Digits(hash, "abcdefghijklmnopqrstuvwxyz", 8) + "-" + label;
  return WireName().Label(label).Labels(kProviders[(hash >> 8) % 12]).Finish();
}

bool OwnServers(const Subject& subject) { return Mix(subject.zone_id, kServerSalt) % 100 < 30; }

WireName NameServer(const Subject& subject, unsigned which) {
  const std::uint64_t hash = Mix(subject.zone_id, kServerSalt);
  if (OwnServers(subject)) return InZone("ns" + std::to_string(which + 1), subject);
  const std::string label = "ns" + std::to_string((hash >> 16) % 80 + which * 80);
  return WireName().Label(label).Labels(kProviders[12 + (hash >> 8) % 12]).Finish();
}

WireName PointerTarget(const Subject& subject) {
  const std::uint64_t hash = Mix(subject.id, kTargetSalt);
  std::string label = hash % 3 == 0 ? "static-" : "host-";
  for (int shift = 0; shift < 32; shift += 8) {
    if (shift > 0) label += '-';
    label += std::to_string(hash >> (8 + shift) & 0xffU);
  }
  WireName name;
  name.Label(label);
  if (hash % 2 == 0) name.Label(kRegions[(hash >> 40) % kRegions.size()]);
  return name.Labels(kProviders[(subject.zone_id >> 8) % kProviders.size()]).Finish();
}

std::string TextString(const Subject& subject, unsigned which) {
  const std::uint64_t hash = Mix(subject.id ^ which, kTextSalt);
  if (subject.kind == Kind::kList)
    return "https://lookup.example/query/" + Digits(hash, kBase64.substr(26), 12);
  if (subject.kind == Kind::kService) {
    // A DMARC policy, or the key of a DKIM selector (2048 bits for a quarter of them).
    if (hash % 5 < 4) {
      return "v=DMARC1; p=none; rua=mailto:dmarc-" + Digits(hash, kBase64.substr(26, 26), 6) +
             "@mailsafe.com";
    }
    return "v=DKIM1; k=rsa; p=MIG" + Digits(hash, kBase64, hash % 4 == 0 ? 389 : 213) + "IDAQAB";
  }
  if (which == 0) {
    return "v=spf1 include:spf." + std::string(kProviders[hash % 12]) +
           " ip4:" + std::to_string(hash >> 8 & 0x7fU) + "." + std::to_string(hash >> 16 & 0xffU) +
           ".0.0/16 " + (hash % 2 == 0 ? "-all" : "~all");
  }
  return std::string(kTokens[hash % kTokens.size()]) + Digits(hash, kBase64, 16 + hash % 28);
}

}  // namespace pdns::bench
