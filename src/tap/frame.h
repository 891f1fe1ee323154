// One frame as the filters and the printers look at it: dnstap message -> [Frame] -> line, JSON,
// YAML.
//
// One thread at a time.
#pragma once

#include <optional>
#include <string>

#include "base/bytes.h"
#include "dns/message.h"
#include "dnstap/message.h"

namespace pdns::tap {

// What is asked for is read, once: most frames are passed over by their question, and then nothing
// behind it is looked at. Good as long as the dnstap message it is made of.
class Frame {
 public:
  explicit Frame(const dnstap::Message& message) : message_(message) {}

  const dnstap::Message& dnstap() const { return message_; }

  // The DNS message that the frame is about: the query of a *_QUERY, the response of a *_RESPONSE.
  const std::optional<Bytes>& wire() const {
    return dnstap::IsQuery(message_.type) ? message_.query_message : message_.response_message;
  }
  const dnstap::Time& time() const {
    return dnstap::IsQuery(message_.type) ? message_.query_time : message_.response_time;
  }

  // Of wire(), which must be there: down to the question at least, or all of it.
  const dns::Message& Head();
  const dns::Message& Whole();

 private:
  const dnstap::Message& message_;
  std::optional<dns::Message> dns_;
  bool whole_ = false;
};

// "RR" for RESOLVER_RESPONSE, as dnstap-read has it; "?15" for a number that dnstap does not
// define.
std::string ShortTypeName(std::uint32_t type);

// "127.0.0.1"; "?" unless there are 4 or 16 bytes.
std::string AddressText(Bytes address);

}  // namespace pdns::tap
