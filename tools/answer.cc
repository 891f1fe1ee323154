#include "answer.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "dns/rdata_text.h"
#include "dns/text.h"
#include "render/dot.h"

namespace pdns::tools {
namespace {

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

render::FormatOptions LookOf(const QueryOptions& options, const std::vector<std::string>& sensors) {
  render::FormatOptions look;
  look.colour = WantsColour(options);
  look.width = TerminalWidth();
  look.local = options.local;
  look.wire = options.wire;
  look.csv_safe = options.csv_safe;
  look.reason = options.quarantined;
  look.asked = options.several();
  look.path = options.pivot_from.has_value();
  look.days = options.days;
  look.fresh = options.new_since.has_value();
  look.sensors = sensors;
  return look;
}

render::DotNode::Kind KindOf(const query::PivotNode& node) {
  if (node.start) return render::DotNode::kStart;
  switch (node.kind) {
    case query::PivotNode::Kind::kAddress:
      return render::DotNode::kAddress;
    case query::PivotNode::Kind::kNameServer:
      return render::DotNode::kNameServer;
    case query::PivotNode::Kind::kName:
      break;
  }
  return render::DotNode::kName;
}

}  // namespace

std::size_t Answer::ByDigest::operator()(const Sha256Digest& digest) const {
  std::size_t hash = 0;
  std::memcpy(&hash, digest.data(), sizeof hash);
  return hash;
}

Answer::Answer(const QueryOptions& options, const std::vector<std::string>& sensors,
               ScanLine& scan_line)
    : options_(options),
      scan_line_(scan_line),
      format_(render::MakeFormat(options.format, LookOf(options, sensors),
                                 [this](std::string_view text) { Print(text); })) {}

void Answer::Print(std::string_view text) {
  scan_line_.Wipe();
  std::fwrite(text.data(), 1, text.size(), stdout);
}

void Answer::Expect(std::size_t questions) {
  if (options_.show == Show::kHits) hits_.reserve(questions);
}

void Answer::Begin(const query::Asked& asked) {
  if (options_.show == Show::kHits) hits_.push_back({asked.text, asked.line, 0, {}, {}});
}

// Rows in an order of one's choice, or in that of the journal, bring a line up again anywhere; else
// repeats follow each other.
bool Answer::IsRepeated(const query::Hit& hit) {
  if (!options_.told_once()) return false;
  std::string line = options_.format == FormatKind::kNames
                         ? std::string(AsText(hit.tuple.owner))
                         : dns::RdataToText(hit.tuple.type, hit.tuple.rdata);
  if (options_.sort.has_value() || options_.new_since.has_value())
    return !told_.insert(Sha256(AsBytes(line))).second;
  const bool repeated = rows_ + passed_over_ > 0 && line == last_line_;
  last_line_ = std::move(line);
  return repeated;
}

bool Answer::Add(const query::Hit& hit) {
  if (!IsRepeated(hit)) {
    if (passed_over_ < options_.offset) {
      ++passed_over_;
    } else if (options_.limit != 0 && rows_ == options_.limit) {
      limited_ = true;
      return false;
    } else {
      ++rows_;
      Show(hit);
    }
  }
  last_.MoveTo(hit, options_.sort);
  return !unread();
}

void Answer::Show(const query::Hit& hit) {
  switch (options_.show) {
    case Show::kRows:
      return format_->Add(hit);
    case Show::kTimeline:
      return timeline_.Add(hit);
    case Show::kHits:
      return hits_.at(hit.place.question).Add(hit.history);
    case Show::kSummary:
      return summary_.Add(hit);
    case Show::kCount:
    case Show::kDot:
      return;
  }
}

void Answer::ShowGraph(const query::PivotOutcome& outcome) {
  std::vector<render::DotNode> nodes;
  nodes.reserve(outcome.nodes.size());
  for (const query::PivotNode& node : outcome.nodes)
    nodes.push_back({node.text, KindOf(node), node.shared, node.names, query::CutsText(node)});
  std::vector<render::DotEdge> edges;
  edges.reserve(outcome.edges.size());
  for (const query::PivotEdge& edge : outcome.edges) {
    edges.push_back(
        {outcome.nodes[edge.from].text, outcome.nodes[edge.to].text, dns::TypeToText(edge.type)});
  }
  Print(render::Dot(nodes, edges));
}

Status Answer::Finish() {
  scan_line_.Wipe();
  switch (options_.show) {
    case Show::kRows:
      format_->Finish();
      break;
    case Show::kTimeline:
      Print(timeline_.Text(TerminalWidth(), WantsColour(options_), options_.local));
      break;
    case Show::kHits:
      // Those of the command line came first; a list has one a line. In place: there may be many.
      std::sort(hits_.begin() + static_cast<std::ptrdiff_t>(options_.questions.size()), hits_.end(),
                [](const auto& a, const auto& b) { return a.line < b.line; });
      render::RenderHits(hits_, options_.format, LookOf(options_, {}),
                         [this](std::string_view text) { Print(text); });
      break;
    case Show::kSummary:
      Print(options_.format == FormatKind::kJson ? summary_.Json() + "\n"
                                                 : summary_.Text(options_.local));
      break;
    case Show::kCount:
      Print(std::to_string(rows_) + "\n");
      break;
    case Show::kDot:
      break;
  }
  if (std::fflush(stdout) != 0 || unread())
    return Status::Io("the answer cannot be written to standard output");
  return {};
}

bool Answer::unread() const { return std::ferror(stdout) != 0; }

}  // namespace pdns::tools
