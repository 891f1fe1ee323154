// New rows as they are committed: the journal -> [StreamNewRows] -> server-sent events, without an
// end.
//
//   id: 17                 the row's number in the journal
//   event: row
//   data: {...}            the row, with seq, time_committed and new (schema/rows.md)
//
//   event: gap             the journal does not go back to where the stream was to begin, or is
//   data: {"oldest":..}    that of another database: rows before `oldest` (absent: it is empty) are
//                          missing
//
//   id: 16                 where the stream is, if its client cannot know: a stream from now on
//                          begins with it, and it follows a gap
//
//   event: end             no more rows come on this connection
//   data: {"why":"..."}
//
// A client that comes again with the last id as Last-Event-ID, as browsers do by themselves, or as
// `after`, misses none and gets none twice. Without either a stream begins with rows committed at
// `since` or later; without that, with what comes from now on. At rest there is a comment every
// kHeartbeat, which also notices a peer that is gone; if rows that are not wanted came meanwhile,
// an id follows it, so that a journal that is cut short behind them is no gap.
//
// A row comes once, also where it answers several questions; `asked` is the first of these.
//
// Rows are in a stream about a second after their commit (Moment::kFresh). At rest a stream costs
// its thread and a look at JournalWatch every kLook; while it sends, one snapshot for at most
// kRound rows, so that a slow reader holds no old moment of the database. Answerer bounds their
// number. A stream ends when the peer leaves, at the server's end, when its key is taken back (it
// is looked at every kKeyLook, as long as the peer reads) or has no rows left; `most_time` does not
// end it.
//
// Source: the HTML standard, server-sent events. StreamNewRows: a thread of its own.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/status.h"
#include "serve/api/journal_watch.h"
#include "serve/api/request.h"
#include "serve/common/answerer.h"
#include "serve/common/url.h"

namespace pdns::serve {

struct NewRowsRequest {
  static constexpr std::chrono::seconds kHeartbeat{15};
  static constexpr std::chrono::milliseconds kLook{250};
  static constexpr std::chrono::seconds kKeyLook{2};
  static constexpr std::uint64_t kRound = 10'000;

  ApiRequest asked;                                 // its request: questions, filter, sensors
  std::optional<std::chrono::sys_seconds> since{};  // none: from now on
  std::optional<std::uint64_t> after{};             // goes before `since`
};

// `last_event_id`: the header, which goes before the parameter `after`. kUsage.
Result<NewRowsRequest> ParseNewRows(const Url& url, std::optional<std::string_view> last_event_id,
                                    std::chrono::sys_seconds now);

// How many rows it told. `snapshot`: of the beginning.
std::uint64_t StreamNewRows(Answerer::OwnedSnapshot snapshot, const NewRowsRequest& request,
                            Answerer& answerer, JournalWatch& journal, const Ending& ending,
                            Body& body);

}  // namespace pdns::serve
