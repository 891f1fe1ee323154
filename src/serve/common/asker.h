// Who asks, from the moment a request is let in until its answer is counted: http::Request ->
// [Asker] -> access::Gate, access::Audit.
//
// Without keys everybody is let in and has no limits; without an audit log nothing is written.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "access/audit.h"
#include "access/gate.h"
#include "http/message.h"
#include "serve/common/body.h"

namespace pdns::serve {

// What both serve. Its members are for any thread, and outlive all askers.
struct Access {
  access::Gate* gate = nullptr;
  access::Audit* audit = nullptr;  // none: no log
};

// One thread at a time.
class Asker {
 public:
  // The answer that refuses, made by `refusal`: it is written to the log already.
  static std::variant<Asker, http::Answer> LetIn(const Access& access, const http::Request& request,
                                                 access::Cost cost, Refusing refusal = Refusal);

  const std::string& key() const { return key_; }  // its name; empty: none

  // Whom what it holds is counted for: its key, or where it has none its IPv4 address, or the first
  // 64 bits of its IPv6 address, since whoever has one as a rule has the 2^64 beside it. All
  // clients of a proxy are one.
  std::string Who() const;

  // Rows that an answer may have if no other one is made for the key; none: no limit.
  std::optional<std::uint64_t> rows_left() const { return rows_left_; }

  // The answer is to have one row more, and it is counted. False: the key has none left.
  bool ClaimRow() const;

  // What its key has left; none: no key.
  std::optional<access::Allotment> Left() const;

  // Whether its key would be let in now: it may have been taken back, or have expired.
  bool StillLetIn() const;

  // The answer is given: writes the log.
  void Done(int status, std::uint64_t rows) const;

 private:
  Asker(const Access& access, const http::Request& request);

  Access access_;
  access::Credentials credentials_;
  std::chrono::system_clock::time_point time_ = std::chrono::system_clock::now();
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  std::string key_;
  std::optional<std::uint64_t> rows_left_;
  std::string peer_;
  std::string method_;
  std::string question_;
};

}  // namespace pdns::serve
