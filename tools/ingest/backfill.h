// A second pdns-ingest on a database that a live one owns: its files -> [BackfillByLive] -> the
// live ingester, which takes them.
#pragma once

#include <optional>
#include <string>

#include "base/status.h"
#include "control/rules.h"
#include "tools/ingest/options.h"

namespace pdns::tools {

// Where the ingester of the database at `path` is asked.
std::string ControlPath(const IngestOptions& options, const std::string& path);

// Who may hand files to a live ingester with these options. kUsage: there is no such group.
Result<control::Writers> WritersOf(const IngestOptions& options);

// The exit code, once the live ingester is done: its report is printed as if it were ours. Nothing
// when there is no live ingester. kUsage: it cannot be asked that (standard input); kDenied: it may
// not be asked by this user; kIo: it refused or went away for good. What was taken by then stays
// taken.
Result<std::optional<int>> BackfillByLive(const IngestOptions& options, const std::string& control);

}  // namespace pdns::tools
