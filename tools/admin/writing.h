// A command that changes the database: by the live ingester, if there is one, through its control
// socket; else by this process (admin/work.h).
#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "base/stop.h"
#include "control/client.h"
#include "control/message.h"
#include "source/report.h"
#include "tools/admin/command.h"

namespace pdns::tools {

// --dry-run and --control, which all of them have.
std::vector<OptionRow> WritingOptions();

// The control socket by which the live ingester of the database `path` is asked.
std::string ControlOf(const CommandInput& input, const std::string& path);

// Has the live ingester behind `client` do it, and the next one if it is started anew meanwhile;
// what the first one did is told on standard error then. Errors as control::Backfill.
Result<control::Reply::Report> AskLive(control::Client client, const std::string& control,
                                       const control::Request& request, const Stop& stop,
                                       source::Progress& progress);

// Prints the report to standard output: its exit code. kIo.
Result<int> PrintReport(const control::Reply::Report& report, bool json);

// Runs the command with its options on the database `path`: the report, which is not printed.
// Errors as RunWriting.
Result<control::Reply::Report> DoWriting(const CommandInput& input, const std::string& path,
                                         const Stop& stop, source::Progress& progress);

// Runs the command with its options, shows how far it is, and prints its report: the exit code.
// kBusy: another process, without a control socket, has the database; the message names its pid.
// kDenied: the live ingester lets others do that; kUsage, kNoInput, kDisk, kIo, kCorrupt. A first
// signal ends the work in good order.
Result<int> RunWriting(const CommandInput& input);

}  // namespace pdns::tools
