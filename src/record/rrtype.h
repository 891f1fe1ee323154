// RR types that the pipeline treats by name; every other 16-bit value is kept as it is (RFC 3597).
// Numbers: IANA, "Domain Name System (DNS) Parameters".
#pragma once

#include <cstdint>

namespace pdns::record {

enum class RrType : std::uint16_t {
  kA = 1,
  kNs = 2,
  kMd = 3,
  kMf = 4,
  kCname = 5,
  kSoa = 6,
  kMb = 7,
  kMg = 8,
  kMr = 9,
  kWks = 11,
  kPtr = 12,
  kMinfo = 14,
  kMx = 15,
  kTxt = 16,
  kRp = 17,
  kAfsdb = 18,
  kRt = 21,
  kSig = 24,
  kKey = 25,
  kPx = 26,
  kAaaa = 28,
  kLoc = 29,
  kNxt = 30,
  kSrv = 33,
  kNaptr = 35,
  kKx = 36,
  kDname = 39,
  kOpt = 41,
  kRrsig = 46,
  kNsec = 47,
  kDnskey = 48,
  kNsec3 = 50,
  kNsec3param = 51,
  kCdnskey = 60,
  kSvcb = 64,
  kHttps = 65,
  kSpf = 99,
  kLp = 107,
};

// Type 0, OPT and the query and meta types 128..255 (RFC 6895): never data in an answer.
constexpr bool IsMeta(RrType type) {
  const auto number = static_cast<std::uint16_t>(type);
  return number == 0 || type == RrType::kOpt || (number >= 128 && number <= 255);
}

// How many leading fields (each a fixed-size field, a character string or a name) the rdata of a
// type with names inside must have; 0 for every other type. RRSIG and SIG: seven fixed fields and
// the signer; SVCB and HTTPS: priority and target. Tails (signature, bitmap, parameters) may be
// empty.
constexpr unsigned RequiredFields(RrType type) {
  switch (type) {
    case RrType::kNs:
    case RrType::kMd:
    case RrType::kMf:
    case RrType::kCname:
    case RrType::kMb:
    case RrType::kMg:
    case RrType::kMr:
    case RrType::kPtr:
    case RrType::kDname:
    case RrType::kNxt:
    case RrType::kNsec:
      return 1;
    case RrType::kMinfo:
    case RrType::kMx:
    case RrType::kRp:
    case RrType::kAfsdb:
    case RrType::kRt:
    case RrType::kKx:
    case RrType::kLp:
    case RrType::kSvcb:
    case RrType::kHttps:
      return 2;
    case RrType::kPx:
      return 3;
    case RrType::kSrv:
      return 4;
    case RrType::kNaptr:
      return 6;
    case RrType::kSoa:
      return 7;
    case RrType::kSig:
    case RrType::kRrsig:
      return 8;
    default:
      return 0;
  }
}

}  // namespace pdns::record
