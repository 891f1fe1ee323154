// Each name or value of an answer once: Hit -> [Distinct] -> is it the first of its kind?
#pragma once

#include <cstdint>
#include <string>
#include <unordered_set>

#include "base/hash.h"
#include "query/hit.h"

namespace pdns::query {

// Memory: one name or value; where equal ones may stand apart, some 60 bytes for each different
// one. One thread at a time.
class Distinct {
 public:
  enum class Of : std::uint8_t { kNames, kValues };  // rrnames, or rdata as text
  enum class Order : std::uint8_t {
    kGrouped,  // equal ones follow each other
    kAny,
  };
  Distinct(Of of, Order order) : of_(of), order_(order) {}

  bool IsFirst(const Hit& hit);

 private:
  struct ByDigest {
    std::size_t operator()(const Sha256Digest& digest) const;
  };

  Of of_;
  Order order_;
  bool any_ = false;
  std::string last_;                                 // kGrouped
  std::unordered_set<Sha256Digest, ByDigest> told_;  // kAny: owners of names choose them, so that
                                                     // a lesser hash would drop some on purpose
};

}  // namespace pdns::query
