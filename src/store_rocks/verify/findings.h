// Collects what is wrong: an observation -> [Findings] -> store::Finding, with the files that may
// hold the row. Guest: rocksdb.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/status.h"
#include "store/verification.h"
#include "store_rocks/read/source.h"

namespace pdns::store_rocks {

// "www.blah.org. A 205.150.150.140"; the key in hex, at most 64 bytes of it, if it is no row key.
std::string NameOfRow(Bytes key, Bytes value);

// One thread at a time.
class Findings {
 public:
  // Adds to `verification`. Both outlive it. Without a source no files are named.
  explicit Findings(store::Verification& verification, const Source* source = nullptr);

  void Damaged(std::string_view what, std::string_view file = {});
  void DamagedRow(Family family, Bytes key, std::string_view what);
  // An error of the engine in the midst of a family: rows behind that place were not read.
  void Unreadable(Family family, std::string_view last_key, const Status& status);
  void Disagrees(std::string_view what, std::string_view family = {});
  void DisagreeingRow(Family family, Bytes key, std::string_view what, std::string name);

 private:
  void Add(store::Finding finding);
  std::string FilesOf(Family family, std::string_view key) const;

  struct File {
    std::string family;
    std::string name;
    std::string first;
    std::string last;
  };

  store::Verification& verification_;
  std::vector<File> files_;
};

}  // namespace pdns::store_rocks
