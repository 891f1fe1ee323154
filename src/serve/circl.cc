#include "serve/circl.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "ask/question.h"
#include "ask/quote.h"
#include "base/whole_number.h"
#include "dns/presentation/rdata_text.h"
#include "dns/text.h"
#include "json/writer.h"
#include "record/type_facts.h"
#include "render/text.h"

namespace pdns::serve {
namespace {

using End = query::Outcome::End;

Status ReadNumber(const http::Request& headers, std::string_view name,
                  std::optional<std::uint64_t>& into) {
  const auto text = headers.HeaderOf(name);
  if (!text.has_value()) return {};
  const auto number = WholeNumber<std::uint64_t>(*text);
  if (!number.has_value())
    return Status::Usage(fmt::format("{}: {} is not a number", name, ask::Quoted(*text)));
  into = number;
  return {};
}

class CirclAnswer final : public BodySink {
 public:
  CirclAnswer(const CirclRequest& request, const std::string& origin, const Ending& ending,
              Body& body)
      : BodySink(body, ending),
        request_(request),
        origin_(origin),
        limit_(std::min(request.page.value_or(request.most),
                        request.page.has_value() ? CirclRequest::kMostInPage : request.most)) {}

  bool Add(const query::Hit& hit) override {
    // What is at its owner and in its rdata what was asked for is told once.
    const bool as_rdata = hit.place.question == 1;
    if (as_rdata && request_.request.questions[0].question.Holds(hit.tuple)) return true;
    const std::string rrtype = dns::TypeToText(hit.tuple.type);
    if (!request_.unknown && rrtype.starts_with("TYPE")) return true;
    if (seen_ < request_.passed_over) {
      ++seen_;
      return true;
    }
    more_ = told_ == limit_ || page_.size() >= CirclRequest::kMostPage;
    if (more_ || !MayTellOne()) return false;
    ++told_;
    Tell(hit, rrtype);
    return true;
  }

  std::uint64_t told() const { return told_; }

  void Conclude(const Result<query::Outcome>& outcome) {
    if (unwanted()) return;
    const Status& status = outcome.ok() ? outcome->status : outcome.status();
    const bool late = outcome.ok() && outcome->end == End::kInterrupted;
    if (!status.ok() || late) {
      // The format has no words for an answer that is not whole: it is refused, or cut off.
      if (body().begun()) return;
      return body().Refuse(late ? 503 : HttpStatus(status.code()),
                           late ? "it took too long: ask for less" : status.message());
    }
    if (used_up() && (told_ == 0 || !request_.page.has_value())) {
      if (!body().begun()) RefuseNoRowsLeft(body());
      return;
    }
    if (request_.page.has_value()) {
      if (more_ || used_up()) body().AddHeader("x-dribble-cursor", std::to_string(seen_ + told_));
      body().Append(page_);
    } else if (more_ && body().begun()) {
      return;
    } else if (more_) {
      return body().Refuse(503, "there are more rows than one answer may have: ask for pages");
    }
    body().Finish();
  }

 private:
  void Tell(const query::Hit& hit, const std::string& rrtype) {
    const bool text = record::FactsOf(hit.tuple.type).text;
    const std::string rdata = dns::RdataToText(hit.tuple.type, hit.tuple.rdata);
    json_.BeginObject();
    json_.Text("rrname", WithoutLastDots(dns::NameToText(hit.tuple.owner)));
    json_.Text("rrtype", rrtype);
    json_.Text("rdata", text ? rdata : WithoutLastDots(rdata));
    json_.Time("time_first", hit.history.first);
    json_.Time("time_last", hit.history.last);
    json_.Number("count", hit.history.count);
    if (hit.history.bailiwick.known())
      json_.Text("bailiwick", WithoutLastDots(render::BailiwickText(hit)));
    json_.Text("origin", origin_);
    json_.EndObject();
    json_.EndLine();
    if (request_.page.has_value()) {
      page_ += json_.text();
    } else {
      body().Append(json_.text());
    }
    json_.Clear();
  }

  const CirclRequest& request_;
  const std::string& origin_;
  std::uint64_t limit_;
  json::Writer json_;
  std::string page_;  // held back: its last header says whether there is another one
  std::uint64_t seen_ = 0;
  std::uint64_t told_ = 0;
  bool more_ = false;
};

// A block is ADDRESS,PREFIX to dnsdbq, as in DNSDB.
std::string WithBlockInItsForm(const std::string& value) {
  const std::size_t comma = value.find(',');
  if (comma == std::string::npos || value.find_first_not_of("0123456789", comma + 1) < value.size())
    return value;
  std::string block = value;
  block[comma] = '/';
  const auto asked = ask::AskRdata(block);
  return asked.ok() && asked->side == store::Side::kAddress ? block : value;
}

}  // namespace

Result<CirclRequest> ParseCircl(const std::string& sent, const Url& url,
                                const http::Request& headers) {
  CirclRequest request;
  const std::string value = WithBlockInItsForm(sent);
  auto rdata = ask::AskRdata(value);
  if (!rdata.ok()) return rdata.status();
  const bool address = rdata->side == store::Side::kAddress;
  // Blocks that end between labels have no reverse name.
  auto owner = address ? ask::AskPtr(value) : ask::AskName(value);
  if (!owner.ok() && !address) return owner.status();
  if (!owner.ok()) owner = *rdata;
  request.request.questions.push_back({value, std::move(*owner)});
  request.request.questions.push_back({value, std::move(*rdata)});
  if (const auto types = headers.HeaderOf("dribble-filter-rrtype"); types.has_value()) {
    if (Status status = request.request.filter.types.Add(*types); !status.ok()) return status;
  }
  std::optional<std::uint64_t> cursor;
  for (Status status : {ReadNumber(headers, "dribble-paginate-count", request.page),
                        ReadNumber(headers, "dribble-paginate-cursor", cursor)}) {
    if (!status.ok()) return status;
  }
  if (request.page == 0U)
    return Status::Usage("dribble-paginate-count: a page has one row at least");
  request.passed_over = cursor.value_or(0);
  request.unknown = url.Of("unknown").value_or("0") == "1";
  return request;
}

std::uint64_t AnswerCircl(store::Snapshot& snapshot, const CirclRequest& request,
                          const std::string& origin, const Ending& ending, Body& body) {
  CirclAnswer answer(request, origin, ending, body);
  answer.Conclude(query::Run(snapshot, request.request, answer));
  return answer.told();
}

std::string WithoutLastDots(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  bool quoted = false;
  std::size_t word = 0;  // where it begins, in `plain`
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const bool end = i == text.size() || (text[i] == ' ' && !quoted);
    if (end && plain.size() - word > 1 && plain.back() == '.') plain.pop_back();
    if (i == text.size()) break;
    if (text[i] == '\\' && i + 1 < text.size()) {
      plain.push_back(text[i++]);
    } else if (text[i] == '"') {
      quoted = !quoted;
    }
    plain.push_back(text[i]);
    if (end) word = plain.size();
  }
  return plain;
}

}  // namespace pdns::serve
