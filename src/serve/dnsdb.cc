#include "serve/dnsdb.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "json/utf8.h"
#include "json/writer.h"
#include "record/observation.h"
#include "render/text.h"
#include "serve/dnsdb_objects.h"

namespace pdns::serve {
namespace {

using End = query::Outcome::End;

// The last line of SAF. `why` may quote what was asked.
std::string Condition(std::string_view condition, std::string_view why) {
  json::Writer json;
  json.BeginObject();
  json.Text("cond", condition);
  if (!why.empty()) json.Text("msg", json::ValidUtf8(why));
  json.EndObject();
  json.EndLine();
  return std::string(json.text());
}

class DnsdbAnswer final : public BodySink {
 public:
  DnsdbAnswer(const DnsdbRequest& request, DnsdbVersion version, const Ending& ending, Body& body)
      : BodySink(body, ending),
        request_(request),
        v2_(version == DnsdbVersion::kV2),
        objects_(request, v2_, [this](const DnsdbObject& one) { return Tell(one); }) {
    if (v2_) body.Append("{\"cond\":\"begin\"}\n");
  }

  bool Add(const query::Hit& hit) override { return objects_.Add(hit); }

  std::uint64_t told() const { return told_; }

  // The answer is not begun, or some of it is true.
  void Conclude(const Result<query::Outcome>& outcome) {
    if (unwanted()) return;  // the body is cut
    if (!outcome.ok()) return Fail(outcome.status());
    objects_.Finish();
    if (request_.summarize && told_ > 0) TellSummary();
    if (!outcome->status.ok()) return Fail(outcome->status);
    if (outcome->end == End::kInterrupted) {
      return Cut(fmt::format("it took too long: ended after {} index entries", outcome->keys));
    }
    if (objects_.too_long() > 0) {
      return Cut(fmt::format("{} records of more than {} bytes were left out", objects_.too_long(),
                             DnsdbObjects::kMostLine));
    }
    if (more_) return Cut("Result limit reached");
    if (used_up()) return Cut(kNoRowsLeft);
    if (!v2_ && told_ == 0) return body().Refuse(404, "no results found for query");
    if (v2_) body().Append(Condition("succeeded", ""));
    body().Finish();
  }

 private:
  bool Tell(const DnsdbObject& one) {
    if (passed_over_ < request_.offset) {
      ++passed_over_;
      return true;
    }
    more_ = told_ == request_.limit;
    if (more_ || !MayTellOne()) return false;
    ++told_;
    if (request_.summarize) return Sum(one);
    if (v2_) body().Append("{\"obj\":");
    body().Append(one.json);
    body().Append(v2_ ? "}\n" : "\n");
    return true;
  }

  bool Sum(const DnsdbObject& one) {
    count_ = record::SumOfCounts(count_, one.count);
    first_ = std::min(first_, one.first);
    last_ = std::max(last_, one.last);
    return request_.max_count == 0 || count_ < request_.max_count;
  }

  void TellSummary() {
    json::Writer json;
    json.BeginObject();
    json.Number("count", count_);
    json.Number("num_results", told_);
    if (request_.human_time) {
      json.Text("time_first", render::TimeText(first_));
      json.Text("time_last", render::TimeText(last_));
    } else {
      json.Time("time_first", first_);
      json.Time("time_last", last_);
    }
    json.EndObject();
    body().Append(v2_ ? fmt::format("{{\"obj\":{}}}\n", json.text())
                      : fmt::format("{}\n", json.text()));
  }

  // There is more. Of no object at all it is said as a failure: clients ask for what is behind the
  // objects they have, and would ask for the same again and again.
  void Cut(const std::string& why) {
    if (v2_) {
      body().Append(Condition(told_ > 0 ? "limited" : "failed", why));
      body().Finish();
    } else if (more_ || (used_up() && told_ > 0)) {
      body().Finish();  // of a limit that it asked for, or its key has, the client knows
    } else if (used_up()) {
      RefuseNoRowsLeft(body());
    } else if (!body().begun()) {
      body().Refuse(503, why);
    }
  }

  void Fail(const Status& status) {
    if (!body().begun() && (told_ == 0 || !v2_)) {
      body().Refuse(HttpStatus(status.code()), status.message());
    } else if (v2_) {
      body().Append(Condition("failed", status.message()));
      body().Finish();
    }
  }

  const DnsdbRequest& request_;
  bool v2_;
  DnsdbObjects objects_;
  std::uint64_t passed_over_ = 0;
  std::uint64_t told_ = 0;
  bool more_ = false;
  std::uint64_t count_ = 0;  // of a summary
  std::chrono::sys_seconds first_ = std::chrono::sys_seconds::max();
  std::chrono::sys_seconds last_ = std::chrono::sys_seconds::min();
};

}  // namespace

std::uint64_t AnswerDnsdb(store::Snapshot& snapshot, const DnsdbRequest& request,
                          DnsdbVersion version, const Ending& ending, Body& body) {
  DnsdbAnswer answer(request, version, ending, body);
  answer.Conclude(query::Run(snapshot, request.request, answer));
  return answer.told();
}

std::string DnsdbRateLimit(const std::optional<access::Allotment>& allotment) {
  json::Writer json;
  json.BeginObject();
  json.BeginObject("rate");
  const bool minute = allotment.has_value() && allotment->requests_left.has_value();
  const bool day = allotment.has_value() && allotment->rows_left.has_value();
  if (minute) {
    json.Time("reset", allotment->minute_ends);
    json.Number("limit", *allotment->limits.requests_per_minute);
    json.Number("remaining", *allotment->requests_left);
  } else if (day) {
    json.Time("reset", allotment->day_ends);
    json.Number("limit", *allotment->limits.rows_per_day);
    json.Number("remaining", *allotment->rows_left);
  } else {
    json.Text("reset", "n/a");
    json.Text("limit", "unlimited");
    json.Text("remaining", "n/a");
  }
  json.Number("results_max", DnsdbRequest::kMostRows);
  json.Number("offset_max", DnsdbRequest::kMostOffset);  // clients read it as an integer
  json.EndObject();
  json.EndObject();
  json.EndLine();
  return std::string(json.text());
}

}  // namespace pdns::serve
