#include "query_run.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>

#include "base/log.h"
#include "base/stop.h"
#include "database_path.h"
#include "dns/rdata_text.h"
#include "dns/text.h"
#include "query/hit_sorter.h"
#include "query/list.h"
#include "query/lookup.h"
#include "render/dot.h"
#include "render/hits.h"
#include "render/summary.h"
#include "render/timeline.h"
#include "scan_line.h"
#include "signals.h"
#include "store/rocks.h"

namespace pdns::tools {
namespace {

constexpr int kNothingFound = 1;
constexpr int kIncomplete = 2;

using Show = QueryOptions::Show;
using render::FormatKind;

unsigned TerminalWidth() {
  winsize size{};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

bool WantsColour(const QueryOptions& options) {
  if (options.colour.has_value()) return *options.colour;
  return isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;
}

class QueryRun {
 public:
  explicit QueryRun(const QueryOptions& options) : options_(options) {}

  Result<int> Run() {
    StopOnSignals(stop_);
    std::signal(SIGPIPE, SIG_DFL);  // who reads no more of the answer wants no word about it
    std::vector<query::Listed> list;
    if (Status read = ReadListed(list); !read.ok()) return read;
    const auto path = DatabasePath(options_.database, Access::kRead);
    if (!path.ok()) return path.status();
    auto reader = store::OpenRocksReader(*path, Mostly(list));
    if (!reader.ok() && reader.status().code() == Code::kNoInput) {
      return Status::NoInput(reader.status().message() +
                             "; name another with --database or PDNS_DATABASE");
    }
    if (!reader.ok()) return reader.status();
    reader_ = std::move(*reader);
    format_ = MakeFormat();
    BeginSort();
    if (options_.pivot_from.has_value()) {
      Pivot();
    } else {
      AskAll(list);
    }
    EndSort();
    scan_line_.Wipe();
    Finish();
    return Conclude();
  }

 private:
  static constexpr std::size_t kMostBadLinesTold = 20;

  Status ReadListed(std::vector<query::Listed>& list) {
    if (options_.list.empty()) return {};
    std::ifstream file;
    const bool standard = options_.list == "-";
    if (!standard) file.open(options_.list);
    if (!standard && !file)
      return Status::NoInput("list " + Printable(options_.list) + ": cannot be read");
    const auto bad = [this](std::uint64_t line, std::string_view /*text*/, const Status& why) {
      if (++bad_lines_ <= kMostBadLinesTold)
        LogWarning(fmt::format("line {}: {}", line, why.message()));
    };
    auto read = query::ReadList(standard ? std::cin : static_cast<std::istream&>(file), bad);
    if (!read.ok())
      return Status::Io("list " + Printable(options_.list) + ": " + read.status().message());
    list = std::move(*read);
    return {};
  }

  store::Index Mostly(const std::vector<query::Listed>& list) const {
    const auto reverse = [](const auto& one) { return one.index == store::Index::kReverse; };
    const bool any = std::any_of(list.begin(), list.end(), reverse) ||
                     std::any_of(options_.questions.begin(), options_.questions.end(),
                                 [&](const Asking& one) { return reverse(one.question); });
    return any ? store::Index::kReverse : store::Index::kForward;
  }

  std::unique_ptr<render::Format> MakeFormat() {
    render::FormatOptions look;
    look.colour = WantsColour(options_);
    look.width = TerminalWidth();
    look.local = options_.local;
    look.wire = options_.wire;
    look.reason = options_.quarantined;
    look.asked = several();
    look.path = options_.pivot_from.has_value();
    return render::MakeFormat(options_.format, look,
                              [this](std::string_view text) { Print(text); });
  }

  bool several() const { return options_.questions.size() > 1 || !options_.list.empty(); }

  // Names and values are each told once: where they come in another order than their own, they are
  // sorted.
  void BeginSort() {
    query::HitSorter::Order order;
    const bool rows = options_.show == Show::kRows;
    const bool names = rows && options_.format == FormatKind::kNames;
    const bool values = rows && options_.format == FormatKind::kValues;
    const bool by_name = !several() && !options_.pivot_from.has_value() &&
                         options_.questions[0].question.index == store::Index::kForward;
    if (options_.sort.has_value() && (rows || options_.show == Show::kTimeline)) {
      order.by = *options_.sort;
      order.reverse = options_.reverse;
    } else if ((names && !by_name) || values) {
      order.by = names ? query::SortBy::kName : query::SortBy::kRdata;
      order.unique = true;
    } else {
      return;
    }
    // One more than is shown tells that there is more.
    const bool told_once = names || values;
    if (options_.limit != 0 && !told_once) order.keep = options_.offset + options_.limit + 1;
    sorter_.emplace(order);
  }

  void EndSort() {
    if (!sorter_.has_value()) return;
    const Status status = sorter_->ForEach([this](const query::Hit& hit) { return ShowHit(hit); });
    if (!status.ok()) status_ = status;
  }

  bool Take(const query::Hit& hit) {
    if (stop_.requested() || std::ferror(stdout) != 0) return false;
    if (!sorter_.has_value()) return ShowHit(hit);
    const Status added = sorter_->Add(hit);
    if (!added.ok()) status_ = added;
    return added.ok();
  }

  void Pivot() {
    const auto outcome =
        query::Pivot(*reader_, *options_.pivot_from, options_.pivot, [this](const query::Hit& hit) {
          return !options_.filter.Passes(hit.tuple, hit.sighting) || Take(hit);
        });
    if (!outcome.status.ok()) status_ = outcome.status;
    for (const query::PivotNode& node : outcome.nodes) {
      if (!node.shared) continue;
      scan_line_.Wipe();
      LogInfo(fmt::format("{} has {} names: not followed (--max-fanout {})", node.text, node.names,
                          options_.pivot.max_fanout));
    }
    if (options_.show == Show::kDot) PrintGraph(outcome);
  }

  void PrintGraph(const query::PivotOutcome& outcome) {
    std::vector<render::DotNode> nodes;
    for (const query::PivotNode& node : outcome.nodes) {
      const auto kind = node.start                                      ? render::DotNode::kStart
                        : node.kind == query::PivotNode::Kind::kAddress ? render::DotNode::kAddress
                        : node.kind == query::PivotNode::Kind::kNameServer
                            ? render::DotNode::kNameServer
                            : render::DotNode::kName;
      nodes.push_back({node.text, kind, node.shared, node.names});
    }
    std::vector<render::DotEdge> edges;
    for (const query::PivotEdge& edge : outcome.edges) {
      edges.push_back(
          {outcome.nodes[edge.from].text, outcome.nodes[edge.to].text, dns::TypeToText(edge.type)});
    }
    Print(render::Dot(nodes, edges));
  }

  void Print(std::string_view text) {
    scan_line_.Wipe();
    std::fwrite(text.data(), 1, text.size(), stdout);
  }

  void AskAll(const std::vector<query::Listed>& list) {
    for (const Asking& asking : options_.questions) {
      if (!asking.question.notice.empty()) LogInfo(asking.question.notice);
      if (!Ask(asking.question, {asking.text, 0})) return;
    }
    for (const query::Listed& listed : list) {
      const auto question = query::AskName(listed.text);
      if (!question.ok() || !Ask(*question, {listed.text, listed.line})) return;
    }
  }

  // False when there is no use in asking more.
  bool Ask(const query::Question& question, const query::Asked& asked) {
    if (options_.show == Show::kHits) hits_.push_back({asked.text, asked.line, 0, {}, {}});
    query::LookupOptions how;
    how.filter = &options_.filter;
    how.quarantined = options_.quarantined;
    how.watch = [this](std::uint64_t keys) { return Watch(keys); };
    const auto outcome = query::Lookup(*reader_, question, how, [&](const store::Row& row) {
      return Take({row.tuple, row.sighting, several() ? &asked : nullptr, {}});
    });
    if (question.whole) {
      scan_line_.Wipe();
      LogInfo(fmt::format("looked at {} keys of {}, all there are{}: {} rows", outcome.keys,
                          question.index == store::Index::kReverse ? "an index" : "the index",
                          outcome.stopped || limited_ ? " but for what was left when it ended" : "",
                          outcome.rows));
    }
    keys_before_ += outcome.keys;
    if (!outcome.status.ok()) status_ = outcome.status;
    return status_.ok() && !outcome.stopped && !limited_ && std::ferror(stdout) == 0;
  }

  bool Watch(std::uint64_t keys) {
    scan_line_.Show(keys_before_ + keys, rows_);
    if (scan_line_.slow()) format_->Tick();
    return !stop_.requested();
  }

  // A line that is written once however often it comes up is one row for limit and offset.
  bool IsRepeated(const query::Hit& hit) {
    std::string line;
    if (options_.format == FormatKind::kNames) line = AsText(hit.tuple.owner);
    if (options_.format == FormatKind::kValues)
      line = dns::RdataToText(hit.tuple.type, hit.tuple.rdata);
    if (options_.show != Show::kRows || line.empty() || line != last_line_) {
      last_line_ = std::move(line);
      return false;
    }
    return true;
  }

  bool ShowHit(const query::Hit& hit) {
    if (IsRepeated(hit)) return true;
    if (passed_over_ < options_.offset) {
      ++passed_over_;
      return true;
    }
    if (options_.limit != 0 && rows_ == options_.limit) {
      limited_ = true;
      return false;
    }
    ++rows_;
    switch (options_.show) {
      case Show::kRows:
        format_->Add(hit);
        break;
      case Show::kTimeline:
        timeline_.Add(hit);
        break;
      case Show::kHits:
        hits_.back().Add(hit.sighting);
        break;
      case Show::kSummary:
      case Show::kCount:
        summary_.Add(hit);
        break;
      case Show::kDot:
        break;
    }
    return true;
  }

  void Finish() {
    const bool json = options_.format == FormatKind::kJson;
    switch (options_.show) {
      case Show::kRows:
        format_->Finish();
        break;
      case Show::kTimeline:
        Print(timeline_.Text(TerminalWidth(), WantsColour(options_), options_.local));
        break;
      case Show::kHits:
        std::stable_sort(hits_.begin(), hits_.end(),
                         [](const auto& a, const auto& b) { return a.line < b.line; });
        render::RenderHits(hits_, options_.format, options_.local,
                           [this](std::string_view text) { Print(text); });
        break;
      case Show::kSummary:
        Print(json ? summary_.Json() + "\n" : summary_.Text(options_.local));
        break;
      case Show::kCount:
        Print(std::to_string(rows_) + "\n");
        break;
      case Show::kDot:
        break;
    }
  }

  Result<int> Conclude() {
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
      return Status::Io("the answer cannot be written to standard output");
    if (bad_lines_ > kMostBadLinesTold) {
      LogWarning(
          fmt::format("{} lines more that are nothing to ask for", bad_lines_ - kMostBadLinesTold));
    }
    if (!status_.ok()) LogError("the answer is incomplete: " + status_.message());
    if (limited_) {
      LogWarning(fmt::format("there is more: cut at --limit {}; --offset {} goes on there",
                             options_.limit, options_.offset + options_.limit));
    }
    if (stop_.requested()) LogWarning("interrupted: this is what was found until then");
    const bool whole = status_.ok() && !limited_ && !stop_.requested() && bad_lines_ == 0;
    if (!whole) return kIncomplete;
    return rows_ > 0 ? 0 : kNothingFound;
  }

  const QueryOptions& options_;
  Stop stop_;
  ScanLine scan_line_;
  std::unique_ptr<store::Reader> reader_;
  std::unique_ptr<render::Format> format_;
  render::Summary summary_;
  render::Timeline timeline_;
  std::vector<render::IndicatorHit> hits_;
  std::optional<query::HitSorter> sorter_;
  std::string last_line_;
  std::uint64_t bad_lines_ = 0;
  std::uint64_t keys_before_ = 0;
  std::uint64_t passed_over_ = 0;
  std::uint64_t rows_ = 0;
  bool limited_ = false;
  Status status_;
};

}  // namespace

Result<int> RunQuery(const QueryOptions& options) { return QueryRun(options).Run(); }

}  // namespace pdns::tools
