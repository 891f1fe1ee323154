// Rows of the families fwd, rev and quarantine, one by one: key and value -> [ForwardCheck,
// ReverseCheck, QuarantineCheck] -> findings, numbers, and the sums by which both directions are
// compared.
//
// Each: one thread at a time. What they are given outlives them.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "record/rrtype.h"
#include "record/sensors.h"
#include "store/key_list.h"
#include "store/sketch.h"
#include "store/value.h"
#include "store_rocks/verify/findings.h"
#include "store_rocks/verify/key_sums.h"

namespace pdns::store_rocks {

// What the rows say, to be compared with what the writer keeps.
struct Counted {
  std::uint64_t tuples = 0;
  std::uint64_t rrnames = 0;
  std::map<record::RrType, std::uint64_t> types;
  std::map<std::uint8_t, std::uint64_t> quarantined;  // by reasons
  std::optional<std::chrono::sys_seconds> first;      // of trusted rows
  std::chrono::sys_seconds last{};
  store::Sketch addresses;
};

// Rows in key order, owner rows among them.
class ForwardCheck {
 public:
  // `sensors`: how many have a number. `seed`: that of the sketch.
  ForwardCheck(Findings& findings, Counted& counted, KeySums& sums, std::size_t sensors,
               std::uint64_t seed);

  void Add(Bytes key, Bytes value);
  void Finish();  // behind the last row

 private:
  void AddOwner(Bytes key, Bytes value);
  void AddAddresses(record::RrType type, Bytes rdata);

  Findings& findings_;
  Counted& counted_;
  KeySums& sums_;
  const record::SensorSet sensors_;
  const std::uint64_t seed_;
  std::string owner_;       // the last owner row, ordered
  bool owner_used_ = true;  // a tuple of it came
};

// The whole reverse keys that a row of fwd should have; none for a row that cannot be read.
void ExpectedReverseKeys(Bytes key, Bytes value, store::KeyList& keys);

// The whole reverse key of a row of rev; nothing, and a finding if `findings` is there, if it
// cannot be read.
std::optional<Bytes> FoundReverseKey(Bytes key, Bytes value, Findings* findings);

// Of the quarantine.
void CheckQuarantined(Bytes key, Bytes value, std::size_t sensors, Findings& findings,
                      Counted& counted);

}  // namespace pdns::store_rocks
