// All that is asked of a database at once: a command line, a URL or a test -> Request -> [Run]
// (query/run.h) -> an answer.
//
// A Request says what, not how it looks: formats and columns are render's. Equal requests have
// equal bytes, whoever made them: whatever a field leaves open (the order of filters, a name twice,
// upper case) is decided in them.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ask/list.h"
#include "ask/question.h"
#include "base/hash.h"
#include "base/status.h"
#include "query/filter.h"
#include "query/pivot.h"
#include "query/sort_key.h"
#include "store/selection.h"

namespace pdns::query {

// One thing asked, with the words it was asked in: rows of several questions show them.
struct Asking {
  std::string text;
  ask::Question question;
};

// What the answer consists of.
enum class Show : std::uint8_t {
  kRows,
  kNames,    // each rrname once
  kValues,   // each rdata once, as text
  kSummary,  // rows in numbers, by type
  kCount,    // how many rows
  kHits,     // for each thing asked, whether it is known
  kGraph,    // of a pivot: nodes and edges
};

struct Order {
  SortBy by = SortBy::kName;
  bool reverse = false;
};

// Rows stored for the first time then or later.
struct NewSince {
  std::chrono::sys_seconds time;
  Ago ago{};
};

struct PivotRequest {
  PivotStart start;
  unsigned depth = 2;
  std::uint64_t max_fanout = 100;
  std::chrono::seconds slack{0};
};

// A plain value. Copies share patterns and the list; so one thread at a time, copies included.
struct Request {
  std::vector<Asking> questions;          // of a pivot one, which it does not ask; see `pivot`
  std::shared_ptr<const ask::List> list;  // asked behind the questions; none: no list was given
  store::Trust trust = store::Trust::kTrusted;
  Filter filter;                      // but for its sensors, which Run sets
  std::vector<std::string> sensors;   // seen by one of these names; empty: by any
  std::optional<NewSince> new_since;  // rows of the journal, in its order; then there may be no
                                      // question: all of them
  std::optional<PivotRequest> pivot;  // none: no pivot
  std::optional<Order> order;         // of rows, names and values; none: as the store has them
  Show show = Show::kRows;

  // The part of the answer that is wanted.
  std::uint64_t limit = 0;   // rows, names or values; 0: all
  std::uint64_t offset = 0;  // so many are passed over
  std::string cursor;        // Outcome::cursor of the part before; empty: from the start

  // More than one thing may be asked, so that rows say what they answer.
  bool several() const { return questions.size() > 1 || list != nullptr; }
  bool distinct() const { return show == Show::kNames || show == Show::kValues; }
  // Does an order matter to what is shown?
  bool ordered() const { return order.has_value() && (show == Show::kRows || distinct()); }
  // Where an answer of this request is cut, may a cursor go on? Else only `offset` can: a pivot
  // walks anew, and a name in an order that is not the names' own may come again behind the cut.
  bool may_have_cursor() const;
};

// kUsage: parts of it that go together nowhere, filters that no row can pass, or a cursor where
// there are none.
Status CheckRequest(const Request& request);

// All of the request.
std::string CanonicalBytes(const Request& request);
Sha256Digest HashOf(const Request& request);

// What decides about the rows and their order, without the part that is wanted and without how rows
// are counted: the hash that seals a cursor. A cursor of rows goes on with a summary of them.
Sha256Digest AnswerHash(const Request& request);

}  // namespace pdns::query
