// What the project knows of each rrtype, once: rrtype -> [FactsOf] -> its row.
//
// dns reads from the rows how rdata is cut and spelled and what it points at, store what the
// reverse index leaves out, query what a filter means. A type without a row is opaque: its rdata is
// kept as sent and points at nothing. A new type is an enumerator in rrtype.h and a row here; the
// static_asserts below hold the rows to one another, tests/unit/record/type_facts_test.cc to the
// RFCs. Constants: any thread may read them.
//
// Sources: IANA, "Domain Name System (DNS) Parameters"; layouts: RFC 1035 3.3, 1183, 2163, 2230,
// 2535, 2782, 3403, 4034, 6672, 6742, 9460.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "record/rrtype.h"

namespace pdns::record {

// Rdata made of fixed bytes, one or two names, and fixed bytes or any at all.
struct RdataLayout {
  std::uint8_t before = 0;  // bytes in front of the names
  std::uint8_t names = 0;   // 0: the type has no such layout
  std::uint8_t behind = 0;  // bytes behind the names ...
  bool tail = false;        // ... or any number of them, kept as sent
};

// Where in the rdata its target stands: the name or the addresses that a record points at.
enum class TargetForm : std::uint8_t {
  kNone,
  kIpv4,      // the rdata is the address
  kIpv6,      // the rdata is the address
  kName,      // the first name of the layout
  kLastName,  // the name behind two numbers and three character strings (NAPTR)
  kService,   // the first name of the layout, then address hints among the parameters behind it
};

// A row. Flags say what a type is, not what must be done with it.
struct TypeFacts {
  RrType type{};
  std::string_view mnemonic{};
  RdataLayout layout{};
  // How many leading fields (each a fixed-size field, a character string or a name) the rdata of a
  // type with names inside must have; 0 for every other type. Signatures, bitmaps and parameters
  // are no such fields: they may be empty.
  std::uint8_t fields = 0;
  TargetForm target = TargetForm::kNone;
  bool dnssec = false;      // what DNSDB calls ANY-DNSSEC, and leaves out of ANY
  bool no_reverse = false;  // signatures, keys and proofs of absence: nobody pivots on them, and
                            // they are long. Not `dnssec`: DS, CDS, TA and DLV are in the reverse
                            // index, SIG, KEY and NXT are not
  bool any_class = false;   // the rdata means the same in every class (RFC 1035 3.3)
  bool text = false;        // character strings that are searched as one text
  bool rare = false;        // other parsers of zone files seldom know the mnemonic: rows say TYPEn
};

// Sorted by number. The first row is that of all types without one.
inline constexpr auto kTypeFacts = [] {
  using enum RrType;
  using enum TargetForm;
  constexpr RdataLayout kOneName{.names = 1};
  constexpr RdataLayout kTwoNames{.names = 2};
  constexpr RdataLayout kNumberAndName{.before = 2, .names = 1};
  constexpr RdataLayout kNameAndTail{.names = 1, .tail = true};
  constexpr RdataLayout kSignature{.before = 18, .names = 1, .tail = true};
  constexpr RdataLayout kParameters{.before = 2, .names = 1, .tail = true};
  return std::to_array<TypeFacts>({
      {},
      {.type = kA, .mnemonic = "A", .target = kIpv4},
      {.type = kNs,
       .mnemonic = "NS",
       .layout = kOneName,
       .fields = 1,
       .target = kName,
       .any_class = true},
      {.type = kMd, .mnemonic = "MD", .layout = kOneName, .fields = 1, .target = kName},
      {.type = kMf, .mnemonic = "MF", .layout = kOneName, .fields = 1, .target = kName},
      {.type = kCname,
       .mnemonic = "CNAME",
       .layout = kOneName,
       .fields = 1,
       .target = kName,
       .any_class = true},
      {.type = kSoa,
       .mnemonic = "SOA",
       .layout = {.names = 2, .behind = 20},
       .fields = 7,
       .target = kName,
       .any_class = true},
      {.type = kMb, .mnemonic = "MB", .layout = kOneName, .fields = 1, .target = kName},
      {.type = kMg, .mnemonic = "MG", .layout = kOneName, .fields = 1, .target = kName},
      {.type = kMr, .mnemonic = "MR", .layout = kOneName, .fields = 1, .target = kName},
      {.type = kWks, .mnemonic = "WKS"},
      {.type = kPtr,
       .mnemonic = "PTR",
       .layout = kOneName,
       .fields = 1,
       .target = kName,
       .any_class = true},
      {.type = kMinfo, .mnemonic = "MINFO", .layout = kTwoNames, .fields = 2, .target = kName},
      {.type = kMx,
       .mnemonic = "MX",
       .layout = kNumberAndName,
       .fields = 2,
       .target = kName,
       .any_class = true},
      {.type = kTxt, .mnemonic = "TXT", .any_class = true, .text = true},
      {.type = kRp, .mnemonic = "RP", .layout = kTwoNames, .fields = 2, .target = kName},
      {.type = kAfsdb, .mnemonic = "AFSDB", .layout = kNumberAndName, .fields = 2, .target = kName},
      {.type = kRt, .mnemonic = "RT", .layout = kNumberAndName, .fields = 2, .target = kName},
      {.type = kSig, .mnemonic = "SIG", .layout = kSignature, .fields = 8, .no_reverse = true},
      {.type = kKey, .mnemonic = "KEY", .no_reverse = true},
      {.type = kPx,
       .mnemonic = "PX",
       .layout = {.before = 2, .names = 2},
       .fields = 3,
       .target = kName},
      {.type = kAaaa, .mnemonic = "AAAA", .target = kIpv6},
      {.type = kLoc, .mnemonic = "LOC"},
      {.type = kNxt, .mnemonic = "NXT", .layout = kNameAndTail, .fields = 1, .no_reverse = true},
      {.type = kEid, .mnemonic = "EID", .rare = true},
      {.type = kNimloc, .mnemonic = "NIMLOC", .rare = true},
      {.type = kSrv,
       .mnemonic = "SRV",
       .layout = {.before = 6, .names = 1},
       .fields = 4,
       .target = kName},
      {.type = kAtma, .mnemonic = "ATMA", .rare = true},
      {.type = kNaptr, .mnemonic = "NAPTR", .fields = 6, .target = kLastName},
      {.type = kKx, .mnemonic = "KX", .layout = kNumberAndName, .fields = 2, .target = kName},
      {.type = kDname, .mnemonic = "DNAME", .layout = kOneName, .fields = 1, .target = kName},
      {.type = kSink, .mnemonic = "SINK", .rare = true},
      {.type = kOpt, .mnemonic = "OPT"},
      {.type = kDs, .mnemonic = "DS", .dnssec = true},
      {.type = kRrsig,
       .mnemonic = "RRSIG",
       .layout = kSignature,
       .fields = 8,
       .dnssec = true,
       .no_reverse = true},
      {.type = kNsec,
       .mnemonic = "NSEC",
       .layout = kNameAndTail,
       .fields = 1,
       .dnssec = true,
       .no_reverse = true},
      {.type = kDnskey, .mnemonic = "DNSKEY", .dnssec = true, .no_reverse = true},
      {.type = kNsec3, .mnemonic = "NSEC3", .dnssec = true, .no_reverse = true},
      {.type = kNsec3param, .mnemonic = "NSEC3PARAM", .dnssec = true, .no_reverse = true},
      {.type = kNinfo, .mnemonic = "NINFO"},
      {.type = kRkey, .mnemonic = "RKEY", .rare = true},
      {.type = kTalink, .mnemonic = "TALINK", .rare = true},
      {.type = kCds, .mnemonic = "CDS", .dnssec = true},
      {.type = kCdnskey, .mnemonic = "CDNSKEY", .dnssec = true, .no_reverse = true},
      {.type = kSvcb, .mnemonic = "SVCB", .layout = kParameters, .fields = 2, .target = kService},
      {.type = kHttps, .mnemonic = "HTTPS", .layout = kParameters, .fields = 2, .target = kService},
      {.type = kDsync, .mnemonic = "DSYNC", .rare = true},
      {.type = kHhit, .mnemonic = "HHIT", .rare = true},
      {.type = kBrid, .mnemonic = "BRID", .rare = true},
      {.type = kSpf, .mnemonic = "SPF", .text = true},
      {.type = kUinfo, .mnemonic = "UINFO", .rare = true},
      {.type = kUid, .mnemonic = "UID", .rare = true},
      {.type = kGid, .mnemonic = "GID", .rare = true},
      {.type = kUnspec, .mnemonic = "UNSPEC"},
      {.type = kLp, .mnemonic = "LP", .layout = kNumberAndName, .fields = 2, .target = kName},
      {.type = kAvc, .mnemonic = "AVC"},
      {.type = kDoa, .mnemonic = "DOA", .rare = true},
      {.type = kAmtrelay, .mnemonic = "AMTRELAY"},
      {.type = kResinfo, .mnemonic = "RESINFO", .rare = true},
      {.type = kWallet, .mnemonic = "WALLET", .rare = true},
      {.type = kTa, .mnemonic = "TA", .dnssec = true},
      {.type = kDlv, .mnemonic = "DLV", .dnssec = true},
  });
}();

namespace facts {

constexpr bool IsSorted() {
  const auto* const out_of_order =
      std::adjacent_find(kTypeFacts.begin(), kTypeFacts.end(),
                         [](const TypeFacts& a, const TypeFacts& b) { return a.type >= b.type; });
  return out_of_order == kTypeFacts.end();
}

// Names, fields and target of one row agree.
constexpr bool IsConsistent(const TypeFacts& row) {
  const RdataLayout& layout = row.layout;
  const bool laid_out = layout.names > 0;
  const bool last_name = row.target == TargetForm::kLastName;
  const bool address = row.target == TargetForm::kIpv4 || row.target == TargetForm::kIpv6;
  const int least = layout.names + (layout.before > 0 ? 1 : 0) + (layout.behind > 0 ? 1 : 0);
  if (!laid_out && (layout.before > 0 || layout.behind > 0 || layout.tail)) return false;
  if (layout.tail && layout.behind > 0) return false;
  if (row.fields < least || (row.fields > 0) != (laid_out || last_name)) return false;
  // Names are there to be pivoted on, or the type is in no reverse index.
  if (row.fields > 0 && (row.target == TargetForm::kNone) != row.no_reverse) return false;
  if (row.no_reverse && row.target != TargetForm::kNone) return false;
  if (row.fields == 0 && row.target != TargetForm::kNone && !address) return false;
  return (row.fields == 0 || !(address || row.text || row.rare)) && !row.mnemonic.empty();
}

// The row of each low number; 0 is the row of types without one. Above are so few that they are
// looked through.
inline constexpr std::size_t kLowNumbers = 512;
inline constexpr auto kRowOfLow = [] {
  std::array<std::uint8_t, kLowNumbers> rows{};
  for (std::size_t row = 0; row < kTypeFacts.size(); ++row) {
    const auto number = static_cast<std::size_t>(kTypeFacts[row].type);
    if (number < kLowNumbers) rows[number] = static_cast<std::uint8_t>(row);
  }
  return rows;
}();
inline constexpr std::size_t kFirstHighRow = [] {
  std::size_t row = 0;
  while (row < kTypeFacts.size() && static_cast<std::size_t>(kTypeFacts[row].type) < kLowNumbers)
    ++row;
  return row;
}();

static_assert(kTypeFacts.size() <= 256, "a row's index is one byte");
static_assert(kTypeFacts[0].type == RrType{} && kTypeFacts[0].fields == 0);
static_assert(IsSorted());
static_assert(std::all_of(kTypeFacts.begin() + 1, kTypeFacts.end(), IsConsistent));

}  // namespace facts

// For every record that comes in, so it costs one look at an index. For a type without a row: the
// first row, whose `type` is 0.
constexpr const TypeFacts& FactsOf(RrType type) {
  const auto number = static_cast<std::uint16_t>(type);
  if (number < facts::kLowNumbers) return kTypeFacts[facts::kRowOfLow[number]];
  for (std::size_t row = facts::kFirstHighRow; row < kTypeFacts.size(); ++row) {
    if (kTypeFacts[row].type == type) return kTypeFacts[row];
  }
  return kTypeFacts[0];
}

// TypeFacts::fields: more than 0 for a type with names inside.
constexpr unsigned RequiredFields(RrType type) { return FactsOf(type).fields; }

}  // namespace pdns::record
