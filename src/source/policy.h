// What is wanted of what a source says: chosen by the operator, the same for all sources of a run.
//
// A value, free to copy.
#pragma once

#include <cstdint>

#include "dnstap/decode.h"

namespace pdns::source {

// What becomes of tuples that the checks refuse.
enum class Untrusted : std::uint8_t {
  kQuarantine,  // kept apart, as evidence
  kStore,       // the checks are off: stored like all others
  kDrop,        // counted only
};

std::uint64_t SystemSeconds();  // since 1970

struct Policy {
  dnstap::TypeSet accepted = dnstap::SetOf(dnstap::kResolverResponse);
  Untrusted untrusted = Untrusted::kQuarantine;
  std::uint64_t (*now)() = SystemSeconds;  // frames a day ahead of it are refused
};

}  // namespace pdns::source
