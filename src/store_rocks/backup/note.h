// What stands in a backup about its database, as text that RocksDB keeps with the backup:
// BackupNote
// -> [NoteText] -> lines "name=value", the path last -> [ParseNote] -> BackupNote.
//
// Functions: any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "store/backups.h"

namespace pdns::store_rocks {

std::string NoteText(const store::BackupNote& note);

// Nothing if it is no such text. Lines of other names, which a later version may add, are skipped.
std::optional<store::BackupNote> ParseNote(std::string_view text);

}  // namespace pdns::store_rocks
