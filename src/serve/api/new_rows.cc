#include "serve/api/new_rows.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "ask/quote.h"
#include "ask/sensors.h"
#include "base/wait.h"
#include "base/whole_number.h"
#include "json/utf8.h"
#include "json/writer.h"
#include "query/new_rows.h"
#include "render/json.h"
#include "serve/api/answer.h"

namespace pdns::serve {
namespace {

using Clock = std::chrono::steady_clock;

Result<std::uint64_t> NumberOf(std::string_view name, std::string_view text) {
  const auto number = WholeNumber<std::uint64_t>(text);
  // One more is asked for.
  if (number.has_value() && *number < std::numeric_limits<std::uint64_t>::max()) return *number;
  return Status::Usage(std::string(name) + ": " + ask::Quoted(text) + " is no number of a row");
}

class NewRowsStream final : public BodySink {
 public:
  NewRowsStream(const NewRowsRequest& request, Answerer& answerer, JournalWatch& journal,
                const Ending& ending, Body& body)
      : BodySink(body, ending),
        request_(request),
        answerer_(answerer),
        journal_(journal),
        ending_(ending),
        filter_(request.asked.request.filter) {}

  void Run(Answerer::OwnedSnapshot first) {
    const auto sensors = ask::SensorsNamed(request_.asked.request.sensors, first->sensors());
    const auto span = first->Journal();
    const Status status = sensors.ok() ? span.status() : sensors.status();
    if (!status.ok()) return body().Refuse(HttpStatus(status.code()), status.message());
    first.reset();  // else this moment would be held as long as the stream
    filter_.sensors = *sensors;
    Begin(*span);
    TellPlace();
    while (true) {
      const Next next = MayGoOn() ? Round() : End("the key is not let in any more");
      if (next == Next::kOver) break;
      if (next == Next::kMore) continue;
      if (WaitForStop(*ending_.stop, NewRowsRequest::kLook)) break;
      Rest();
    }
    if (ending_.stop->requested() && !body().gone() && !ended_) End("the server ends");
  }

  std::uint64_t told() const { return told_; }

  // False: the scan ends.
  bool Add(const query::Hit& hit) override {
    const std::uint64_t sequence = hit.new_mark->sequence;
    if (sequence == last_told_) return true;
    if (round_ == NewRowsRequest::kRound || unwanted() || !MayTellOne()) return false;
    ++round_;
    ++told_;
    last_told_ = sequence;
    after_ = sequence;
    said_ = sequence;
    body().Append("id: " + std::to_string(sequence) + "\nevent: row\ndata: ");
    rows_->Add(hit);
    body().Append("\n");
    return true;
  }

 private:
  enum class Next : std::uint8_t { kRest, kMore, kOver };

  void Begin(const store::JournalSpan& span) {
    const std::uint64_t end = span.next - 1;
    bool gap = false;
    if (request_.after.has_value()) {
      gap = *request_.after > end || *request_.after + 1 < span.first;
      after_ = std::clamp(*request_.after, span.first - 1, end);
    } else if (request_.since.has_value()) {
      since_ = request_.since;
      // A journal that has its first row was never cut.
      gap = span.first > 1 && (!span.oldest.has_value() || *since_ < *span.oldest);
      after_ = span.first - 1;
    } else {
      after_ = end;
    }
    if (gap) TellGap(span);
    // Who named a place, or a time, names it again when it comes again without having had a row.
    const bool named = !gap && (request_.after.has_value() || request_.since.has_value());
    if (named) said_ = after_;
  }

  // An id without an event, unless the client has it: no browser shows it, and each keeps it.
  void TellPlace() {
    if (after_ != said_) body().Append("id: " + std::to_string(after_) + "\n\n");
    said_ = after_;
    Send();
  }

  void TellGap(const store::JournalSpan& span) {
    json::Writer json;
    json.BeginObject();
    if (span.oldest.has_value()) json.Time("oldest", *span.oldest);
    json.EndObject();
    TellEvent("gap", json.text());
  }

  void TellEvent(const std::string& event, std::string_view data) {
    body().Append("event: " + event + "\ndata: ");
    body().Append(data);
    body().Append("\n\n");
    Send();
  }

  void Send() {
    body().Flush();
    sent_ = Clock::now();
  }

  Next End(std::string_view why) {
    json::Writer json;
    json.BeginObject();
    json.Text("why", json::ValidUtf8(why));
    json.EndObject();
    TellEvent("end", json.text());
    body().Finish();
    ended_ = true;
    return Next::kOver;
  }

  // Tells what came until now.
  Next Round() {
    if (unwanted()) return Next::kOver;
    const auto span = journal_.Span();
    // A database that cannot be read now may be mended: the stream goes on then.
    if (!span.ok() || span->next - 1 == after_) return Next::kRest;
    const auto snapshot = answerer_.NewSnapshot();
    return snapshot.ok() ? TellNew(**snapshot) : Next::kRest;
  }

  Next TellNew(store::Snapshot& snapshot) {
    const auto span = snapshot.Journal();
    if (!span.ok()) return End(span.status().message());
    const std::uint64_t end = span->next - 1;
    if (end < after_ || after_ + 1 < span->first) {
      TellGap(*span);
      after_ = std::clamp(after_, span->first - 1, end);
      TellPlace();
    }
    rows_.emplace(LookOf(request_.asked, snapshot.sensors()),
                  [this](std::string_view text) { body().Append(text); });
    round_ = 0;
    const auto looked =
        query::ScanNewRows(snapshot, How(), [this](const query::Hit& hit) { return Add(hit); });
    if (unwanted()) return Next::kOver;
    if (round_ > 0) Send();
    if (used_up()) return End(kNoRowsLeft);
    if (!looked.status.ok()) return End(looked.status.message());
    if (round_ == NewRowsRequest::kRound) return Next::kMore;
    after_ = end;
    since_ = std::nullopt;
    return Next::kRest;
  }

  query::NewRowsOptions How() {
    const auto& request = request_.asked.request;
    query::NewRowsOptions how;
    how.since = since_;
    // Behind all questions of that row.
    how.after = query::NewPlace{after_, std::numeric_limits<std::uint64_t>::max()};
    how.filter = &filter_;
    if (!request.questions.empty()) {
      how.question_at = [&request](std::uint64_t number) {
        return number < request.questions.size() ? &request.questions[number].question : nullptr;
      };
    }
    if (request.several()) {
      how.asked_at = [this, &request](std::uint64_t number) {
        asked_ = {request.questions[number].text, 0};
        return &asked_;
      };
    }
    how.watch = [this](std::uint64_t /*keys*/) { return !unwanted(); };
    return how;
  }

  // While rows come, too: of a name that is gone the gate counts no rows any more.
  bool MayGoOn() {
    const auto now = Clock::now();
    if (ending_.asker == nullptr || now - key_seen_ < NewRowsRequest::kKeyLook) return true;
    key_seen_ = now;
    return ending_.asker->StillLetIn();
  }

  // Nothing came: says so now and then.
  void Rest() {
    if (Clock::now() - sent_ < NewRowsRequest::kHeartbeat) return;
    body().Append(":\n\n");
    TellPlace();
  }

  const NewRowsRequest& request_;
  Answerer& answerer_;
  JournalWatch& journal_;
  Ending ending_;
  query::Filter filter_;                   // with its sensors
  std::optional<render::JsonLines> rows_;  // of a round: sensors may be new
  query::Asked asked_;
  std::optional<std::chrono::sys_seconds> since_;  // until the first round is over
  std::uint64_t after_ = 0;                        // all up to this were told, or not wanted
  std::uint64_t last_told_ = 0;
  std::optional<std::uint64_t> said_;  // the last id that the client has, or will name by itself
  std::uint64_t told_ = 0;
  std::uint64_t round_ = 0;
  bool ended_ = false;
  Clock::time_point sent_ = Clock::now();
  Clock::time_point key_seen_ = Clock::now();
};

}  // namespace

Result<NewRowsRequest> ParseNewRows(const Url& url, std::optional<std::string_view> last_event_id,
                                    std::chrono::sys_seconds now) {
  auto asked = ParseApi(ApiPath::kNew, url, now);
  if (!asked.ok()) return asked.status();
  NewRowsRequest request{.asked = std::move(*asked)};
  if (url.Of("since").has_value()) request.since = request.asked.request.new_since->time;
  const auto parameter = url.Of("after");
  for (const auto& [name, text] :
       {std::pair("after", parameter), std::pair("Last-Event-ID", last_event_id)}) {
    if (!text.has_value()) continue;
    const auto number = NumberOf(name, *text);
    if (!number.ok()) return number.status();
    request.after = *number;
  }
  return request;
}

std::uint64_t StreamNewRows(Answerer::OwnedSnapshot snapshot, const NewRowsRequest& request,
                            Answerer& answerer, JournalWatch& journal, const Ending& ending,
                            Body& body) {
  NewRowsStream stream(request, answerer, journal, ending, body);
  stream.Run(std::move(snapshot));
  return stream.told();
}

}  // namespace pdns::serve
