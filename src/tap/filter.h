// Which frames are shown: Frame -> [Passes] -> yes or no. What is given must all hold; of several
// values of one kind, any.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "dns/address_block.h"
#include "dnstap/decode.h"
#include "record/name.h"
#include "record/rrtype.h"
#include "tap/frame.h"

namespace pdns::tap {

struct NamePattern {
  record::Name name;
  bool below = false;  // and all names below it
};

// Empty: that kind does not matter. The message is the frame's own: Frame::wire().
struct Filter {
  dnstap::TypeSet types = 0;
  std::vector<NamePattern> names{};            // of the question
  std::vector<record::RrType> rrtypes{};       // of the question
  std::vector<unsigned> rcodes{};              // of a response
  std::vector<dns::AddressBlock> addresses{};  // of either side
  std::vector<dns::AddressBlock>
      answer_addresses{};  // in an A or AAAA record of the answer section

  bool empty() const;
};

// Each kUsage, in words that name what was given.
Result<dnstap::TypeSet> ParseMessageTypes(std::string_view text);         // "RR,CLIENT_QUERY"
Result<NamePattern> ParseNamePattern(std::string_view text);              // "a.org", "*.a.org"
Result<std::vector<record::RrType>> ParseRrTypes(std::string_view text);  // "A,AAAA,TYPE65280"
Result<std::vector<unsigned>> ParseRcodes(std::string_view text);         // "SERVFAIL,NXDOMAIN"
Result<dns::AddressBlock> ParseBlock(std::string_view text);              // "::1", "10.0.0.0/8"

bool Passes(const Filter& filter, Frame& frame);

}  // namespace pdns::tap
