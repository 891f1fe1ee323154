// What a verification of a database found: an engine's reading of all that it stores ->
// [Verification] -> a report for a person (admin/verify_report.h).
//
// Values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace pdns::store {

struct Finding {
  enum class Kind : std::uint8_t {
    kDamaged,    // something cannot be read: rows are lost
    kDisagrees,  // all can be read, but two places say different things
  };
  Kind kind = Kind::kDamaged;
  std::string what;    // a phrase: "a row cannot be read"
  std::string family;  // of rows, by its name in schema/keys.md; empty: of no one family
  std::string file;    // or files, of which one holds it; empty where it is of no file
  std::string name;    // of the row: owner, rrtype and rdata, or its key in hex; may be empty
};

// How many are kept in full. Behind that they are counted: a database may be wrong in every row.
inline constexpr std::size_t kMostFindings = 1000;

struct Verification {
  bool quick = false;     // files and checksums only
  bool complete = false;  // false: it was stopped, or rows behind damage were not looked at
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  // Rows that were read.
  std::uint64_t tuples = 0;
  std::uint64_t rrnames = 0;
  std::uint64_t reverse_rows = 0;
  std::uint64_t quarantined = 0;
  std::uint64_t journal_rows = 0;
  std::uint64_t captures = 0;

  std::vector<Finding> findings;  // at most kMostFindings, as they came
  std::uint64_t damaged = 0;      // all of that kind
  std::uint64_t disagreeing = 0;
};

// Called now and then with what is being read ("checksums", "fwd") and how far it is: steps of an
// estimated total. False ends the verification.
using VerifyWatch =
    std::function<bool(std::string_view what, std::uint64_t done, std::uint64_t total)>;

}  // namespace pdns::store
