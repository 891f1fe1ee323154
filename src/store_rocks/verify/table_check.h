// Every block of every table file against its checksum: files of a database -> [CheckTables] ->
// findings. Guest: rocksdb.
//
// A file is opened by itself, so that each one that is damaged is named, not only the first. A file
// that goes meanwhile was merged into another one by a writer: it is no part of the database any
// more. Functions keep no state; one thread.
#pragma once

#include <string>
#include <vector>

#include "store/verification.h"
#include "store_rocks/verify/findings.h"

namespace pdns::store_rocks {

// Names of the table files in a directory, in order.
std::vector<std::string> TableFilesIn(const std::string& path);

// The table files of an open database, in order. The directory may have others: a merge that is
// under way, or was killed, leaves files that are not whole and are no part of the database.
std::vector<std::string> TableFilesOf(const Source& source);

// Of the table files of these names in the directory `path`. False: the watch ended it.
bool CheckTables(const std::string& path, const std::vector<std::string>& names,
                 const store::VerifyWatch& watch, store::Verification& verification,
                 Findings& findings);

}  // namespace pdns::store_rocks
