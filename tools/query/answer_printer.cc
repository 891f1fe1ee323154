#include "tools/query/answer_printer.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace pdns::tools {
namespace {

unsigned TerminalWidth() {
  winsize size{};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

bool WantsColour(const QueryOptions& options) {
  if (options.colour.has_value()) return *options.colour;
  return isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;
}

bool Unread() { return std::ferror(stdout) != 0; }

}  // namespace

render::Look LookOf(const QueryOptions& options, const std::vector<std::string>& sensors) {
  render::Look look = render::LookOf(options.request, sensors);
  look.colour = WantsColour(options);
  look.width = TerminalWidth();
  look.local = options.local;
  look.wire = options.wire;
  look.csv_safe = options.csv_safe;
  look.days = options.days;
  return look;
}

void Print(ScanLine& scan_line, std::string_view text) {
  scan_line.Wipe();
  std::fwrite(text.data(), 1, text.size(), stdout);
}

Status FinishOutput() {
  if (std::fflush(stdout) != 0 || Unread())
    return Status::Io("the answer cannot be written to standard output");
  return {};
}

AnswerPrinter::AnswerPrinter(const QueryOptions& options, const std::vector<std::string>& sensors,
                             const Stop& stop)
    : request_(options.request),
      stop_(stop),
      writer_(options.format->make(LookOf(options, sensors),
                                   [this](std::string_view text) { Print(scan_line_, text); })) {}

bool AnswerPrinter::Add(const query::Hit& hit) {
  writer_->Add(hit);
  return !Unread();
}

// What is held back for the look of it waits no longer than a person does.
void AnswerPrinter::Progress(std::uint64_t keys, std::uint64_t rows) {
  scan_line_.Show(keys, rows);
  if (scan_line_.slow()) writer_->Tick();
}

Status AnswerPrinter::Finish(const query::Outcome& outcome) {
  scan_line_.Wipe();
  switch (request_.show) {
    case query::Show::kRows:
    case query::Show::kNames:
    case query::Show::kValues:
      writer_->Finish();
      break;
    case query::Show::kSummary:
      writer_->Summary(outcome.summary);
      break;
    case query::Show::kCount:
      writer_->Count(outcome.rows);
      break;
    case query::Show::kHits:
      writer_->Hits(outcome.hits);
      break;
    case query::Show::kGraph:
      writer_->Graph(outcome.nodes, outcome.edges);
      break;
  }
  return FinishOutput();
}

}  // namespace pdns::tools
