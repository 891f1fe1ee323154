// Backups for people: store::BackupList -> [BackupsText, BackupsJson] -> a table, or one JSON
// object. Functions: any thread.
#pragma once

#include <string>

#include "store/backups.h"

namespace pdns::admin {

// 0: there are some, and all are sound. 1: there is none. 70: one is damaged. kIncomplete: not all
// was read, and nothing damaged was found until then.
int BackupsExitCode(const store::BackupList& list);

// A line each, what is wrong with it below, and at the end what to do. `folder`: for the commands
// to give.
std::string BackupsText(const store::BackupList& list, const std::string& folder);

// One line with its end: the same, with "backups" as an array.
std::string BackupsJson(const store::BackupList& list, const std::string& folder);

}  // namespace pdns::admin
