// Which owners an answer section may speak for: the question name, and what CNAME and DNAME records
// make of it. A fixpoint: the order of the records does not matter.
//
// On the chain are the question name; the target of a CNAME whose owner is on it; and the name that
// a DNAME makes of a name on it below its own owner. The DNAME's owner itself may hold that DNAME
// and signatures, nothing else. An owner has one DNAME (RFC 6672 section 2.4): of several the least
// counts. A chain has kMaxNames names; what lies behind them is off it.
//
// Cost: n log n in the records of a message, and kMaxNames times 128 ancestors, whatever a hostile
// server sends.
//
// No links or a few CNAMEs, which is what resolvers see, are followed in place without allocation.
//
// One thread at a time.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "record/observation.h"

namespace pdns::dns {

class Chain {
 public:
  // Besides the question's. No resolver follows nearly as many.
  static constexpr std::size_t kMaxNames = 128;

  // Starts anew at `question`, a wire name. `links` are the CNAME and DNAME records of the section,
  // in any order; they and what they view must outlive the chain's use.
  void Build(Bytes question, std::span<const record::Tuple> links);

  // May a record of this owner and type stand in the answer?
  bool Holds(Bytes owner, record::RrType type) const;

 private:
  static constexpr std::size_t kFew = 8;

  void FollowFew(std::span<const record::Tuple> cnames);
  void FollowAll(std::span<const record::Tuple> links);
  void Follow(std::string_view name);
  void FollowDnames(std::string_view name);
  void Add(std::string_view name);

  Bytes question_;
  std::array<Bytes, kFew> few_;  // of a few CNAMEs: the names on the chain, besides the question
  std::size_t few_count_ = 0;
  bool all_ = false;  // else nothing of what follows is in use

  std::vector<record::Tuple> cnames_;         // sorted by owner
  std::vector<record::Tuple> dnames_;         // the same, one an owner
  std::set<std::string, std::less<>> names_;  // on the chain, besides the question
  std::set<std::string_view> dname_owners_;   // whose DNAME made a name
  std::vector<std::string_view> pending_;     // on the chain, links not yet followed
};

}  // namespace pdns::dns
