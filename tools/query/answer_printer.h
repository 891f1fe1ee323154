// An answer on stdout as it is found: query::Run -> [AnswerPrinter] -> render::Writer -> stdout,
// and how far a long scan is on stderr.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "base/stop.h"
#include "query/run.h"
#include "render/writer.h"
#include "tools/query/options.h"
#include "tools/query/scan_line.h"

namespace pdns::tools {

// The look of an answer to these options on this stdout: colour and width of a terminal.
// `sensors`: store::Snapshot::sensors().
render::Look LookOf(const QueryOptions& options, const std::vector<std::string>& sensors);

// Writes to stdout, and wipes the scan line before. Once, at the end: kIo if not all could be
// written.
void Print(ScanLine& scan_line, std::string_view text);
Status FinishOutput();

// Options and stop outlive it. One thread.
class AnswerPrinter final : public query::AnswerSink {
 public:
  AnswerPrinter(const QueryOptions& options, const std::vector<std::string>& sensors,
                const Stop& stop);

  bool Add(const query::Hit& hit) override;
  void Progress(std::uint64_t keys, std::uint64_t rows) override;
  bool interrupted() const override { return stop_.requested(); }

  // What is shown at the end. kIo: not all could be written.
  Status Finish(const query::Outcome& outcome);

 private:
  const query::Request& request_;
  const Stop& stop_;
  ScanLine scan_line_;
  std::unique_ptr<render::Writer> writer_;
};

}  // namespace pdns::tools
