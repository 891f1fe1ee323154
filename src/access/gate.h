// Who is let in, and how much is left for them: Credentials, peer, time -> [Gate] -> admitted, or
// the answer that refuses. Rows are counted when the answer is sent: rows -> [Gate].
//
// Refusals. Clients of DNSDB understand 403. A browser asks its user for a password only at 401,
// and keeps a wrong one at 403. So the way in which the key came decides:
//
//   what was sent                                          status  headers
//   neither X-Api-Key nor Authorization                    401     WWW-Authenticate: Basic
//   X-Api-Key: empty, of nobody, or expired                403
//   Authorization: Basic that is unreadable, of nobody,    401     WWW-Authenticate: Basic
//     or expired; Authorization of another scheme
//   Authorization: Bearer of nobody, or expired            401     WWW-Authenticate: Bearer
//   any key, from a peer that guesses (Guesses)            429     Retry-After
//   a right key whose minute or day is used up             429     Retry-After
//
// A minute begins when a key is used and the minute before has ended. It has as many requests as
// the limit says; refused ones are not counted. A day ends at midnight UTC. A request is let in as
// long as a single row is left; `rows_left` is what its answer may have. Requests that are answered
// at the same moment do not know of each other's rows, so a key may get so many times more than it
// had left. What was used is in memory only: a start of the server forgets it. It stays with a
// key's name through a Replace.
//
// Memory: the keys, one entry a key, and Guesses. Any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "access/credentials.h"
#include "access/guesses.h"
#include "access/keys.h"
#include "base/hash.h"

namespace pdns::access {

// Seconds and minutes go by a clock that nobody sets; days and dates by the one that people read.
struct Time {
  std::chrono::steady_clock::time_point steady;
  std::chrono::sys_seconds wall;
};

Time Now();

struct Admitted {
  std::string name;                        // of the key; empty: none is needed
  std::optional<std::uint64_t> rows_left;  // at least 1, but by Cost::kFree; nothing: no limit
};

struct Refusal {
  int status = 0;      // 401, 403, 429
  std::string reason;  // one line for the body, without its end
  std::vector<std::pair<std::string, std::string>> headers;
};

using Decision = std::variant<Admitted, Refusal>;

// Whether a request is one of those that a key has so many of.
enum class Cost : std::uint8_t {
  kRequest,
  kFree,  // it asks what is left: not counted, and let in when nothing is left
};

// What a key has left.
struct Allotment {
  Limits limits;
  std::optional<std::uint64_t> requests_left;  // until `minute_ends`; nothing: no limit
  std::optional<std::uint64_t> rows_left;      // until `day_ends`; nothing: no limit
  std::chrono::sys_seconds minute_ends;
  std::chrono::sys_seconds day_ends;
};

class Gate {
 public:
  // Everybody is let in, whatever they send.
  Gate() = default;
  explicit Gate(KeyList keys);
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  // `peer`: its address as text, empty for a Unix socket.
  Decision Decide(const Credentials& credentials, std::string_view peer, const Time& now,
                  Cost cost = Cost::kRequest);

  // An answer to this key is to have so many rows more. Returns how many of them it may have, and
  // counts these: answers that are made at the same time share what is left. A name that there is
  // not has no limit: its key may have gone while the answer was sent.
  std::uint64_t ClaimRows(std::string_view name, std::uint64_t rows, const Time& now);

  // Whether who was let in with this key still would be: it is there, and has not expired. Not
  // counted, and no guess; those who guess behind the same address end nobody's answer.
  bool StillAdmits(const Credentials& credentials, const Time& now);

  // Nothing: no such key.
  std::optional<Allotment> Left(std::string_view name, const Time& now);

  // From the next request on. Only of a gate that has keys.
  void Replace(KeyList keys);

 private:
  // Of one key.
  struct Usage {
    Limits limits;
    std::chrono::steady_clock::time_point minute_ends;
    std::uint64_t requests = 0;  // in that minute
    std::chrono::sys_days day;
    std::uint64_t rows = 0;  // on that day

    void GoOn(const Time& now);  // to the minute and the day of `now`
    std::optional<std::uint64_t> RequestsLeft() const;
    std::optional<std::uint64_t> RowsLeft() const;
  };

  Decision Admit(const Key& key, Way way, const Time& now, Cost cost);

  std::mutex mutex_;
  std::shared_ptr<const KeyList> keys_;  // none: everybody is let in
  std::map<std::string, Usage, std::less<>> usage_;
  Guesses guesses_{RandomSeed()};
};

}  // namespace pdns::access
