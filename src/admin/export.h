// The command export: every row of a database, with every column -> lines of COF, which import and
// pdns-ingest read (source/cof.h).
//
//   Snapshot -> [ExportRows] -> Output: trusted rows, quarantined rows, the line that ends an
//   export
//
// A line is what `pdns-query --json --days --wire` prints (schema/rows.md), and of a quarantined
// row what it prints with --quarantined; made here for a half of the cost of a row there. The test
// holds both to one another. All rows are of one moment. One thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "base/stop.h"
#include "record/history.h"
#include "source/report.h"
#include "store/database.h"

namespace pdns::admin {

// Makes the lines. Remembers the owner, the zone and the sensors of the row before, which are
// nearly always those of the next one, too.
class ExportLines {
 public:
  // `sensors` as store::Snapshot::sensors; borrowed.
  explicit ExportLines(const std::vector<std::string>& sensors) : sensors_(sensors) {}

  // Appends the line of the row, its end included.
  void Append(std::string& out, const record::Tuple& tuple, const record::History& history);

 private:
  struct Remembered {
    std::string wire;
    std::string text;  // with its quotes and escapes
  };
  static void AppendName(std::string& out, Bytes name, Remembered& last);

  const std::vector<std::string>& sensors_;
  Remembered owner_;
  Remembered zone_;
  record::SensorSet last_sensors_ = 0;
  std::string sensors_text_;  // the member; empty: there is none
};

struct Exported {
  std::uint64_t trusted = 0;      // rows
  std::uint64_t quarantined = 0;  // rows
  std::uint64_t bytes = 0;        // of the lines
  bool whole = false;             // no stop came: the last line is there
};

// Gets text in pieces of whole lines, some 64 KiB each. An error ends the export.
using ExportOutput = std::function<Status(std::string_view text)>;

// The output's error; kIo, kCorrupt of the database: what came until then lacks the last line.
// `progress`: rows. Memory does not depend on the number of rows.
Result<Exported> ExportRows(store::Snapshot& snapshot, const ExportOutput& output, const Stop& stop,
                            source::Progress& progress);

}  // namespace pdns::admin
