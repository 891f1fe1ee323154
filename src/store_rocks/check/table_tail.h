// The end of a table file, which RocksDB reads before it knows whether it is whole: files of a
// database -> [CheckTableTails] -> yes, or which file is damaged.
//
// RocksDB 7.8 parses the block of a file's properties first and verifies its checksum then. Of a
// damaged one an assertion of Debian's build may end the process: one bit is enough. So that block
// is verified here, before RocksDB opens the file. All other blocks it verifies itself before it
// parses them. Costs one read of some KB a file.
//
// Source: RocksDB's block-based table format, footers of version 2 to 5 with XXH3 checksums, as
// FamilyOptions makes them. Of a file that ends otherwise RocksDB says that it is no table.
// Functions keep no state; any thread may call.
#pragma once

#include <string>

#include "base/bytes.h"
#include "base/status.h"

namespace pdns::store_rocks {

// kCorrupt names the file. A file that is gone, or cannot be read, is left to RocksDB.
Status CheckTableTails(const std::string& path);

// The same of one file. A file that is gone, or cannot be read, is whole as far as this knows.
bool TableTailIsWhole(const std::string& file);

// Of a whole file's bytes, or of so many at its end as hold what it ends with: its properties are
// whole, or RocksDB will find out by itself that they cannot be read. `file_size`: of the file.
bool PropertiesAreWhole(Bytes tail, std::uint64_t file_size);

}  // namespace pdns::store_rocks
