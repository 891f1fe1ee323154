// What a run did, for people and for programs: RunReport -> [text, JSON].
//
// A RunReport is a value. Functions: any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "control/message.h"
#include "ingest/storing.h"
#include "record/batch.h"
#include "source/diagnosis.h"
#include "source/report.h"

namespace pdns::ingest {

struct RunReport {
  std::vector<source::Report> sources;
  record::Applied applied;
  double seconds = 0;
  NotStored not_stored;  // frames of live sources, and those of batches that failed
  bool dry_run = false;  // all was read and nothing stored: whether tuples are new is not known

  record::Counters Total() const;

  // Is there something that a person should look at: a source corrupt or unreadable, or frames that
  // are lost?
  bool NeedsAttention() const;

  // Were files left where they are, since the database is full?
  bool LeftFiles() const;

  // For the process: 74 if files were left, 1 if somebody should look, else 0.
  int exit_code() const;
};

// Aligned lines: sources, frames, every counter that is not zero, tuples, speed.
std::string ReportText(const RunReport& report);

// One JSON object on one line, without a newline: frames, used, skipped{}, malformed{}, refused{},
// record{}, quarantine{}, stored, tuples_new, tuples_updated, not_stored{kept, lost},
// sources[{name, id, state, frames, remarks[{line, text}]}], remarks only where there are any. The
// objects hold the names whose count is not zero. Of a dry run: dry_run, and no tuples_*. Bytes of
// a name that are not UTF-8 become U+FFFD.
std::string ReportJson(const RunReport& report);

// Both, and the exit code, for a client of the control socket.
control::Reply::Report ReplyOf(const RunReport& report);

}  // namespace pdns::ingest
