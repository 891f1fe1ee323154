// Damage of files, said by their name: an error of RocksDB, which often names no file or the wrong
// one -> a sentence that names the file. Guest: rocksdb. Functions keep no state; any thread may
// call.
#pragma once

#include <string>

#include "base/status.h"

namespace rocksdb {
class DB;
class Status;
}  // namespace rocksdb

namespace pdns::store_rocks {

// Why an open failed. kCorrupt: a file is missing, or is not what it was. kIo: a file could not be
// read. kNoInput: not a database of pdns, or one of another major version. If the engine
// does not say which file it is, opens the database without its table files, then those one by one.
Status OpenFailure(const std::string& path, const rocksdb::Status& status);

// Does every table file of an open database have its size? When the engine opens a file, it reads
// the end and does not check that all of the file is there. kCorrupt names the file.
Status CheckFiles(rocksdb::DB& db, const std::string& path);

}  // namespace pdns::store_rocks
