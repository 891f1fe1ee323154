#include "corpus/answers.h"

#include <algorithm>
#include <array>
#include <string>

#include "corpus/rdata.h"
#include "corpus/words.h"

namespace pdns::bench {
namespace {

enum Salt : std::uint64_t {
  kExistsSalt = 301,
  kIpv6Salt,
  kHttpsSalt,
  kReferralSalt,
  kChainSalt,
  kCountSalt,
  kRotateSalt,
  kPoolSalt,
  kTtlSalt,
  kServerSalt,
};

constexpr std::uint16_t kAnswerFlags = 0x8400;    // QR AA
constexpr std::uint16_t kReferralFlags = 0x8000;  // QR
constexpr std::uint8_t kNxDomain = 3;
// Under Zipf these numbers are 40 % of all messages: they exist and have two addresses each, lest
// what the seed makes of a few names decide what the corpus looks like.
constexpr std::uint64_t kPopular = 100;

struct Choice {
  RrType type;
  unsigned percent;
};

template <std::size_t n>
RrType Draw(const std::array<Choice, n>& choices, Rng& rng) {
  unsigned point = static_cast<unsigned>(rng.Below(100));
  for (const Choice& choice : choices) {
    if (point < choice.percent) return choice.type;
    point -= choice.percent;
  }
  return choices[0].type;
}

constexpr std::array<Choice, 8> kApexTypes = {
    {{kA, 46}, {kAaaa, 20}, {kMx, 11}, {kHttps, 8}, {kTxt, 6}, {kNs, 6}, {kSoa, 2}, {kCaa, 1}}};
constexpr std::array<Choice, 3> kHostTypes = {{{kA, 64}, {kAaaa, 27}, {kHttps, 9}}};

std::uint32_t Ttl(std::uint64_t id) {
  constexpr std::array<std::uint32_t, 10> kTtls = {20,  60,   60,   300,   300,
                                                   300, 3600, 3600, 14400, 86400};
  return kTtls[Mix(id, kTtlSalt) % kTtls.size()];
}

// How many addresses a name has: mostly one, mean about 2.2.
unsigned AddressCount(const Subject& subject) {
  constexpr std::array<std::uint8_t, 25> kCounts = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2,
                                                    2, 2, 2, 2, 2, 3, 3, 4, 4, 4, 6, 8};
  if (subject.number < kPopular) return 2;
  return kCounts[Mix(subject.id, kCountSalt) % kCounts.size()];
}

}  // namespace

RrType DrawType(const Subject& subject, Rng& rng) {
  switch (subject.kind) {
    case Kind::kApex:
      return Draw(kApexTypes, rng);
    case Kind::kHost:
    case Kind::kCloud:
      return Draw(kHostTypes, rng);
    case Kind::kService:
      return subject.service_record ? kSrv : kTxt;
    case Kind::kReverse:
      return kPtr;
    case Kind::kList:
      return rng.Percent(93) ? kA : kTxt;
  }
  return kA;
}

Answers::Outcome Answers::Decide(const Subject& subject, RrType type) {
  unsigned missing = 4;  // percent of names that do not exist
  if (subject.kind == Kind::kList) missing = 65;
  if (subject.kind == Kind::kReverse) missing = 25;
  if (subject.kind == Kind::kService) missing = 12;
  if (subject.kind == Kind::kApex) missing = 1;
  if (subject.number < kPopular) missing = 0;
  if (Share(subject.id, kExistsSalt, missing)) return Outcome::kNoName;
  const unsigned no_ipv6 = subject.number < kPopular ? 35 : 12;
  if (type == kAaaa && Share(subject.id, kIpv6Salt, no_ipv6)) return Outcome::kNoData;
  if (type == kHttps && Share(subject.id, kHttpsSalt, 25)) return Outcome::kNoData;
  if (subject.kind == Kind::kApex && Share(subject.id ^ type, kReferralSalt, 5)) {
    return Outcome::kReferral;
  }
  return Outcome::kAnswer;
}

Answered Answers::Write(const Subject& subject, RrType type, Rng& rng) {
  const Outcome outcome = Decide(subject, type);
  const bool referral = outcome == Outcome::kReferral;
  records_ = 0;
  out_.Begin(static_cast<std::uint16_t>(rng.Next()), referral ? kReferralFlags : kAnswerFlags,
             subject.owner, type);
  if (referral) {
    Referral(subject);
  } else if (outcome == Outcome::kAnswer) {
    Positive(subject, type, rng);
  } else {
    Negative(subject, outcome);
  }
  std::array<char, 24> cookie{};
  for (char& byte : cookie) byte = static_cast<char>(rng.Next());
  const bool cookies = Share(subject.zone_id, kServerSalt, 60);
  out_.Opt(cookies ? std::string_view(cookie.data(), cookie.size()) : std::string_view());
  return {referral ? subject.ParentAt() : subject.zone_at, records_};
}

void Answers::Positive(const Subject& subject, RrType type, Rng& rng) {
  switch (type) {
    case kNs:
      records_ += NameServers(subject, Section::kAnswer, true);
      return;
    case kSoa:
      Soa(subject, Section::kAnswer);
      break;
    case kMx:
      MailServers(subject);
      break;
    case kTxt:
      Texts(subject);
      break;
    case kSrv:
      Service(subject);
      break;
    case kHttps:
      Https(subject);
      break;
    case kCaa:
      Caa(subject);
      break;
    case kPtr:
      Pointer(subject);
      break;
    default:
      AddressesOrChain(subject, type, rng);
  }
  // Servers that are not told to be minimal add their name servers.
  if (Share(subject.zone_id, kServerSalt + 1, 15)) NameServers(subject, Section::kAuthority, true);
}

void Answers::Negative(const Subject& subject, Outcome outcome) {
  if (outcome == Outcome::kNoName) out_.Rcode(kNxDomain);
  Soa(subject, Section::kAuthority);
}

void Answers::Referral(const Subject& subject) { NameServers(subject, Section::kAuthority, true); }

void Answers::Append(const Subject& subject, const WireName& owner, RrType type) {
  out_.Record(Section::kAnswer, owner, type, Ttl(subject.id ^ type));
  ++records_;
}

// Of the names with addresses, a quarter is an alias inside its zone and a tenth one of a foreign
// name, whose addresses its own server gives in another message.
void Answers::AddressesOrChain(const Subject& subject, RrType type, Rng& rng) {
  const std::uint64_t draw = Mix(subject.id, kChainSalt) % 100;
  if (subject.kind == Kind::kApex || subject.kind == Kind::kList || draw >= 35) {
    Addresses(subject, subject.owner, type, rng);
    return;
  }
  Append(subject, subject.owner, kCname);
  const WireName target = draw < 25 ? LocalTarget(subject) : ForeignTarget(subject);
  out_.Name(target);
  out_.End();
  if (draw < 4) {
    const WireName second = LocalTarget(subject, 1);
    Append(subject, target, kCname);
    out_.Name(second);
    out_.End();
    Addresses(subject, second, type, rng);
  } else if (draw < 25) {
    Addresses(subject, target, type, rng);
  }
}

void Answers::Addresses(const Subject& subject, const WireName& owner, RrType type, Rng& rng) {
  const unsigned count = AddressCount(subject);
  const bool pooled = subject.kind == Kind::kCloud && Share(subject.id, kPoolSalt, 30);
  const bool rotates = pooled || Share(subject.zone_id, kRotateSalt, 50);
  const std::uint64_t pool = pooled ? std::uint64_t{count} * 4 : count;
  const std::uint64_t start = rotates ? rng.Below(pool) : 0;
  for (unsigned i = 0; i < count; ++i) Address(subject, owner, type, (start + i) % pool);
}

void Answers::Address(const Subject& subject, const WireName& owner, RrType type,
                      std::uint64_t which) {
  Append(subject, owner, type);
  if (type == kA) {
    out_.U32(subject.kind == Kind::kList ? 0x7f000002U + static_cast<std::uint32_t>(which)
                                         : Ipv4(subject, which));
  } else {
    for (const std::uint32_t word : Ipv6(subject, which)) out_.U32(word);
  }
  out_.End();
}

void Answers::MailServers(const Subject& subject) {
  constexpr std::array<unsigned, 8> kCounts = {1, 1, 1, 1, 2, 2, 2, 5};
  const unsigned count = kCounts[Mix(subject.id, kCountSalt) % kCounts.size()];
  for (unsigned i = 0; i < count; ++i) {
    Append(subject, subject.owner, kMx);
    out_.U16(static_cast<std::uint16_t>(10 * (i + 1)));
    out_.Name(MailServer(subject, i));
    out_.End();
  }
}

void Answers::Texts(const Subject& subject) {
  const std::uint64_t most = subject.kind == Kind::kApex ? 5 : 1;
  const auto count = static_cast<unsigned>(1 + Mix(subject.id, kCountSalt) % most);
  for (unsigned i = 0; i < count; ++i) {
    const std::string text = TextString(subject, i);
    Append(subject, subject.owner, kTxt);
    for (std::size_t at = 0; at < text.size(); at += 255) {
      const std::string_view part = std::string_view(text).substr(at, 255);
      out_.U8(static_cast<std::uint8_t>(part.size()));
      out_.Bytes(part);
    }
    out_.End();
  }
}

void Answers::Service(const Subject& subject) {
  Append(subject, subject.owner, kSrv);
  out_.U16(10);
  out_.U16(0);
  out_.U16(static_cast<std::uint16_t>(5060 + subject.id % 4));
  out_.PlainName(LocalTarget(subject, 2));
  out_.End();
}

// 1 . alpn=h3,h2, half of them with a hint.
void Answers::Https(const Subject& subject) {
  Append(subject, subject.owner, kHttps);
  out_.U16(1);
  out_.U8(0);
  out_.U16(1);
  out_.U16(6);
  out_.Bytes(std::string_view("\2h3\2h2", 6));
  if (Share(subject.zone_id, kPoolSalt, 50)) {
    out_.U16(4);
    out_.U16(4);
    out_.U32(Ipv4(subject, 0));
  }
  out_.End();
}

void Answers::Caa(const Subject& subject) {
  constexpr std::array<std::string_view, 3> kIssuers = {"letsencrypt.org", "digicert.com",
                                                        "sectigo.com"};
  Append(subject, subject.owner, kCaa);
  out_.Bytes(std::string_view("\0\5issue", 7));
  out_.Bytes(kIssuers[subject.id % kIssuers.size()]);
  out_.End();
}

void Answers::Pointer(const Subject& subject) {
  Append(subject, subject.owner, kPtr);
  out_.Name(PointerTarget(subject));
  out_.End();
}

void Answers::Soa(const Subject& subject, Section section) {
  WireName zone;
  zone.Tail(subject.ZoneWire(), subject.ZoneSize());
  if (section == Section::kAnswer) ++records_;
  out_.Record(section, zone, kSoa, 3600);
  out_.Name(NameServer(subject, 0));
  out_.Name(WireName().Label("hostmaster").Tail(subject.ZoneWire(), subject.ZoneSize()));
  out_.U32(2025010100U + static_cast<std::uint32_t>(subject.zone_id % 99));
  for (const std::uint32_t value : {7200U, 3600U, 1209600U, 300U}) out_.U32(value);
  out_.End();
}

// Servers inside the zone come with their addresses.
unsigned Answers::NameServers(const Subject& subject, Section section, bool glue) {
  WireName zone;
  zone.Tail(subject.ZoneWire(), subject.ZoneSize());
  const unsigned count = 2 + static_cast<unsigned>(subject.zone_id % 3);
  for (unsigned i = 0; i < count; ++i) {
    out_.Record(section, zone, kNs, 86400);
    out_.Name(NameServer(subject, i));
    out_.End();
  }
  if (!glue || !OwnServers(subject)) return count;
  for (unsigned i = 0; i < count; ++i) {
    out_.Record(Section::kAdditional, NameServer(subject, i), kA, 86400);
    out_.U32(Ipv4(subject, i + 20));
    out_.End();
  }
  return count;
}

}  // namespace pdns::bench
