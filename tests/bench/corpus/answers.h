// What a name server says about a name: the content of the responses of a corpus.
//
// Subject, query type -> [Answers::Write] -> DNS response in a MessageWriter. What is said about a
// name and type is always the same but for the order of addresses (half of the zones rotate it) and
// the choice of addresses (many names in clouds hand out some of a larger pool).
#pragma once

#include <cstddef>
#include <cstdint>

#include "corpus/message.h"
#include "corpus/names.h"
#include "corpus/random.h"

namespace pdns::bench {

// A type that clients ask of such a name, by their usual shares.
RrType DrawType(const Subject& subject, Rng& rng);

// Where the server that answered stands: dnstap's query_zone begins there in subject.owner.
struct Answered {
  std::size_t zone_at = 0;
  unsigned records = 0;  // in the answer section
};

class Answers {
 public:
  explicit Answers(MessageWriter& out) : out_(out) {}
  Answered Write(const Subject& subject, RrType type, Rng& rng);

 private:
  enum class Outcome { kAnswer, kNoData, kNoName, kReferral };

  static Outcome Decide(const Subject& subject, RrType type);
  void Positive(const Subject& subject, RrType type, Rng& rng);
  void Negative(const Subject& subject, Outcome outcome);
  void Referral(const Subject& subject);
  void AddressesOrChain(const Subject& subject, RrType type, Rng& rng);
  void Addresses(const Subject& subject, const WireName& owner, RrType type, Rng& rng);
  void Address(const Subject& subject, const WireName& owner, RrType type, std::uint64_t which);
  void MailServers(const Subject& subject);
  void Texts(const Subject& subject);
  void Service(const Subject& subject);
  void Https(const Subject& subject);
  void Caa(const Subject& subject);
  void Pointer(const Subject& subject);
  void Soa(const Subject& subject, Section section);
  unsigned NameServers(const Subject& subject, Section section, bool glue);
  void Append(const Subject& subject, const WireName& owner, RrType type);

  MessageWriter& out_;
  unsigned records_ = 0;
};

}  // namespace pdns::bench
