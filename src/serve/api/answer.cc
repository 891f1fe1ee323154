#include "serve/api/answer.h"

#include <fmt/format.h>

#include <utility>

#include "dns/presentation/rdata_text.h"
#include "dns/text.h"
#include "json/utf8.h"
#include "json/writer.h"
#include "render/hits.h"
#include "render/json.h"
#include "render/stats.h"
#include "serve/api/end.h"

namespace pdns::serve {
namespace {

using query::Show;

std::string_view TextOf(query::PivotNode::Kind kind) {
  switch (kind) {
    case query::PivotNode::Kind::kName:
      return "name";
    case query::PivotNode::Kind::kAddress:
      return "address";
    case query::PivotNode::Kind::kNameServer:
      return "nameserver";
  }
  return "";
}

class ApiSink final : public BodySink {
 public:
  ApiSink(const ApiRequest& request, const std::vector<std::string>& sensors, const Ending& ending,
          Body& body)
      : BodySink(body, ending),
        request_(request),
        rows_(LookOf(request, sensors),
              [this](std::string_view text) { this->body().Append(text); }) {}

  bool Add(const query::Hit& hit) override {
    if (IsOver() || !MayTellOne()) return false;
    ++told_;
    if (request_.request.show == Show::kRows) {
      rows_.Add(hit);
    } else if (request_.request.show == Show::kNames) {
      TellText("rrname", dns::NameToText(hit.tuple.owner));
    } else {
      TellText("rdata", dns::RdataToText(hit.tuple.type, hit.tuple.rdata));
    }
    return true;
  }

  std::uint64_t told() const { return told_; }

  void Conclude(const Result<query::Outcome>& outcome) {
    if (unwanted()) return;  // the body is cut
    if (!outcome.ok()) {
      const Status& status = outcome.status();
      return body().Refuse(HttpStatus(status.code()), status.message());
    }
    TellNumbers(*outcome);
    if (used_up() && told_ == 0) return RefuseNoRowsLeft(body());
    TellGraph(*outcome);
    const bool of_rows = request_.request.show == Show::kRows || request_.request.distinct();
    ApiEnd end;
    end.rows = of_rows ? told_ : outcome->rows;
    if (used_up()) {
      end.why_ended = kNoRowsLeft;
    } else if (over_ || outcome->end == query::Outcome::End::kInterrupted) {
      end.why_ended = "it took too long: this is what was found until then";
    }
    body().Append(ApiEndLine(request_, *outcome, end));
    body().Finish();
  }

 private:
  void TellText(std::string_view key, std::string_view text) {
    json_.BeginObject();
    json_.Text(key, text);
    json_.EndObject();
    TellLine();
  }

  void TellLine() {
    json_.EndLine();
    body().Append(json_.text());
    json_.Clear();
  }

  // What is shown in place of rows. A line of it counts as a row.
  void TellNumbers(const query::Outcome& outcome) {
    switch (request_.request.show) {
      case Show::kSummary:
        if (TellOne()) rows_.Summary(outcome.summary);
        break;
      case Show::kCount:
        if (!TellOne()) break;
        json_.BeginObject();
        json_.Number("count", outcome.rows);
        json_.EndObject();
        TellLine();
        break;
      case Show::kHits:
        for (const query::KnownIndicator hit : outcome.hits) {
          if (IsOver() || !TellOne()) break;
          render::AppendHit(json_, hit);
          body().Append(json_.text());
          json_.Clear();
        }
        break;
      case Show::kRows:
      case Show::kNames:
      case Show::kValues:
      case Show::kGraph:
        break;
    }
  }

  // Nothing more is written of what was found: nobody waits, or somebody reads too slowly.
  bool IsOver() {
    over_ = over_ || unwanted() || overdue();
    return over_;
  }

  bool TellOne() {
    const bool may = MayTellOne();
    told_ += may ? 1 : 0;
    return may;
  }

  void TellGraph(const query::Outcome& outcome) {
    for (std::size_t id = 0; id < outcome.nodes.size() && !IsOver(); ++id)
      TellNode(id, outcome.nodes[id]);
    for (const query::PivotEdge& edge : outcome.edges) {
      if (IsOver()) return;
      json_.BeginObject();
      json_.BeginObject("edge");
      json_.Number("from", edge.from);
      json_.Number("to", edge.to);
      json_.Text("rrtype", dns::TypeToText(edge.type));
      json_.EndObject();
      json_.EndObject();
      TellLine();
    }
  }

  void TellNode(std::size_t id, const query::PivotNode& node) {
    json_.BeginObject();
    json_.BeginObject("node");
    json_.Number("id", id);
    json_.Text("text", node.text);
    json_.Text("kind", TextOf(node.kind));
    json_.Bool("start", node.start);
    json_.Number("depth", node.depth);
    json_.Bool("shared", node.shared);
    json_.Number("names", node.names);
    json_.BeginArray("cuts");
    for (const query::PivotCut& cut : node.cuts) {
      json_.BeginObject();
      json_.Text("what", query::CutNoun(cut.what));
      json_.Number("count", cut.count);
      json_.Bool("more", cut.more);
      json_.EndObject();
    }
    json_.EndArray();
    json_.EndObject();
    json_.EndObject();
    TellLine();
  }

  const ApiRequest& request_;
  render::JsonLines rows_;
  json::Writer json_;
  std::uint64_t told_ = 0;
  bool over_ = false;
};

}  // namespace

render::Look LookOf(const ApiRequest& request, const std::vector<std::string>& sensors) {
  render::Look look = render::LookOf(request.request, sensors);
  look.wire = request.wire;
  look.days = request.days;
  return look;
}

std::uint64_t AnswerApi(store::Snapshot& snapshot, const ApiRequest& request, const Ending& ending,
                        Body& body) {
  ApiSink sink(request, snapshot.sensors(), ending, body);
  sink.Conclude(query::Run(snapshot, request.request, sink, kSortMemory));
  return sink.told();
}

std::uint64_t AnswerStats(store::Snapshot& snapshot, Body& body) {
  record::Statistics statistics;
  if (Status status = snapshot.Totals(statistics); !status.ok()) {
    body.Refuse(HttpStatus(status.code()), status.message());
    return 0;
  }
  body.Append(render::StatsJson(statistics, true) + "\n");
  body.Finish();
  return 0;
}

http::Answer ApiRefusal(int status, std::string_view message) {
  json::Writer json;
  json.BeginObject();
  json.BeginObject("error");
  json.Number("status", static_cast<std::uint64_t>(status));
  json.Text("message", json::ValidUtf8(message));
  json.EndObject();
  json.EndObject();
  json.EndLine();
  return {.status = status,
          .type = "application/json; charset=utf-8",
          .body = std::string(json.text())};
}

}  // namespace pdns::serve
