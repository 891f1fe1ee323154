// What a writer checks before it opens a directory: that it is a database of pdns or can become
// one, and that nobody else writes it. Guest: rocksdb. Functions keep no state.
#pragma once

#include <string>

#include "base/status.h"

namespace pdns::store_rocks {

// Makes the directory if it does not exist. kNoInput: it holds other files, or a database of
// another program. kIo: it is in use, or cannot be read or made. kCorrupt: a database without its
// file CURRENT.
Status CheckForWriting(const std::string& path);

// Opening makes the families that are missing, which would damage another program's database. So a
// database without all of ours must be empty, as after a crash of the first start. kNoInput: it is
// not empty; the message says whose it is as far as the schema row tells. kIo, kCorrupt.
Status CheckFamilies(const std::string& path);

// Does another process have the database? kBusy, with its pid if the system knows it. Not for a
// process that has it open itself: it would lose its lock by asking.
Status CheckLock(const std::string& path);

// Is `path` a directory with a database's files in it but without the one that names its version?
// RocksDB would make a new database among them.
bool IsHeadless(const std::string& path);

}  // namespace pdns::store_rocks
