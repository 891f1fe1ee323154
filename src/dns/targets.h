// What a record points at: rrtype and canonical rdata -> [TargetsOf] -> a name, addresses, or both.
//
// store makes reverse keys of them, query follows and sorts by them. Which types point at something
// stands in record/type_facts.h; the parameters of SVCB and HTTPS are those of RFC 9460 2.2
// and 7.3. No allocation, and a cost linear in the rdata: every record that is stored passes here.
// Functions keep no state; a Targets is for one thread at a time.
#pragma once

#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>

#include "base/bytes.h"
#include "record/rrtype.h"

namespace pdns::dns {

struct Target {
  enum class Kind : std::uint8_t { kName, kIpv4, kIpv6 };

  Kind kind;
  Bytes bytes;     // a wire name, or 4 or 16 address bytes; a view into the rdata
  std::size_t at;  // where they stand in the rdata
};

// Addresses of one SVCB or HTTPS record: more is no service but an attack on the disk.
inline constexpr std::size_t kMaxHints = 32;

// The targets of one record, in the order of the rdata. Views: good as long as the rdata is.
class Targets {
 public:
  // Makes each Target as it is asked for.
  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Target;
    using difference_type = std::ptrdiff_t;
    using pointer = const Target*;
    using reference = Target;

    Iterator(const Targets& targets, std::size_t i) : targets_(&targets), i_(i) {}
    Target operator*() const { return (*targets_)[i_]; }
    Iterator& operator++() {
      ++i_;
      return *this;
    }
    Iterator operator++(int) {
      const Iterator before = *this;
      ++i_;
      return before;
    }
    friend bool operator==(const Iterator& a, const Iterator& b) { return a.i_ == b.i_; }

   private:
    const Targets* targets_;
    std::size_t i_;
  };

  explicit Targets(Bytes rdata) : rdata_(rdata) {}

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  Iterator begin() const { return {*this, 0}; }
  Iterator end() const { return {*this, size_}; }

  Target operator[](std::size_t i) const {
    assert(i < size_);
    const Place& place = places_[i];
    return {place.kind, rdata_.subspan(place.at, place.size), place.at};
  }

  // One more, which must lie inside the rdata; at most kMaxTargets.
  void Add(Target::Kind kind, std::size_t at, std::size_t size) {
    assert(size_ < kMaxTargets && at <= rdata_.size() && size <= rdata_.size() - at);
    places_[size_++] = {static_cast<std::uint32_t>(at), static_cast<std::uint8_t>(size), kind};
  }

  static constexpr std::size_t kMaxTargets = 1 + kMaxHints;

 private:
  // Without initial values, so that only what is used of places_ is ever written.
  struct Place {
    std::uint32_t at;
    std::uint8_t size;  // a name has 255 bytes at most
    Target::Kind kind;
  };

  Bytes rdata_;
  std::size_t size_ = 0;
  std::array<Place, kMaxTargets> places_;
};

// A and AAAA: the address. NS, MX and their like: the name. NAPTR: REPLACEMENT. SVCB and HTTPS:
// TargetName, then each address of the hints, once, kMaxHints at most; a parameter that runs over
// the end ends the walk, and bytes behind the last whole address of a hint are no address. None:
// types that point at nothing or are in no reverse index (record::TypeFacts::no_reverse), and rdata
// whose target is not there whole. What stands behind a name is not looked at.
Targets TargetsOf(record::RrType type, Bytes rdata);

// SVCB and HTTPS; all other types have one at most.
bool MayHaveSeveralTargets(record::RrType type);

// Where in its rdata the name begins that a record points at; nothing for types that point at no
// name. Looks only at what stands in front of the name, so that the rdata may lack it; the offset
// may be beyond the end.
std::optional<std::size_t> NameTargetOffset(record::RrType type, Bytes rdata);

}  // namespace pdns::dns
