// RR types that the pipeline treats by name; every other 16-bit value is kept as it is (RFC 3597).
// What is known of each stands in type_facts.h.
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
  kEid = 31,
  kNimloc = 32,
  kSrv = 33,
  kAtma = 34,
  kNaptr = 35,
  kKx = 36,
  kDname = 39,
  kSink = 40,
  kOpt = 41,
  kDs = 43,
  kRrsig = 46,
  kNsec = 47,
  kDnskey = 48,
  kNsec3 = 50,
  kNsec3param = 51,
  kNinfo = 56,
  kRkey = 57,
  kTalink = 58,
  kCds = 59,
  kCdnskey = 60,
  kSvcb = 64,
  kHttps = 65,
  kDsync = 66,
  kHhit = 67,
  kBrid = 68,
  kSpf = 99,
  kUinfo = 100,
  kUid = 101,
  kGid = 102,
  kUnspec = 103,
  kLp = 107,
  kAvc = 258,
  kDoa = 259,
  kAmtrelay = 260,
  kResinfo = 261,
  kWallet = 262,
  kTa = 32768,
  kDlv = 32769,
};

// Type 0, OPT and the query and meta types 128..255 (RFC 6895): never data in an answer.
constexpr bool IsMeta(RrType type) {
  const auto number = static_cast<std::uint16_t>(type);
  return number == 0 || type == RrType::kOpt || (number >= 128 && number <= 255);
}

}  // namespace pdns::record
