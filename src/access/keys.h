// The keys file: who may ask, and how much: text -> [KeyList] -> Gate.
//
// Format. One key a line: its name, the SHA-256 of the key in hex (64 digits, either case), and its
// limits, if it has some, in any order. Blanks or tabs stand between them. An empty line, and one
// whose first character is '#', says nothing.
//
//   # name   printf %s "$KEY" | sha256sum                                      limits
//   alice    9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
//   soc-1    60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752  rows-per-day=100000
//   guest    fd61a03af4f77d870fc21e05e7e80678095c92d808cfb3b5c279ee04c74aca13  expires=2027-01-01
//
//   requests-per-minute=N   1 to 1,000,000; counted from the first request of such a minute
//   rows-per-day=N          1 to 2^63 - 1; a day ends at midnight UTC
//   expires=YYYY-MM-DD      the key is refused from 00:00 UTC of that day on
//
// A name has 1 to 64 of the characters a-z A-Z 0-9 . _ - @ and stands in one line only, as does a
// digest. `printf`, because `echo` appends a newline, which would belong to the key. Only the
// digest is stored; it is not salted, so a key must be one that nobody can guess: openssl rand
// -hex 16. The file is a secret all the same: ReadSecretFile.
//
// Sources: FIPS 180-4 (SHA-256). Any thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "base/status.h"

namespace pdns::access {

// What a key may do; nothing: as much as it likes.
struct Limits {
  std::optional<std::uint64_t> requests_per_minute;
  std::optional<std::uint64_t> rows_per_day;
  std::optional<std::chrono::sys_days> expires;  // the first day on which it is refused

  bool operator==(const Limits&) const = default;
};

struct Key {
  std::string name;
  Sha256Digest digest{};
  Limits limits;
};

// A value.
class KeyList {
 public:
  static constexpr std::size_t kMostKeys = 10'000;  // all are compared at each request: 0.2 ms
  static constexpr std::size_t kLongestName = 64;
  static constexpr std::size_t kLongestKey = 1024;  // bytes of what is presented

  // kNoInput: the file cannot be read, is longer than kMostSettingBytes, or everybody may read it;
  // kUsage: its text is no keys file.
  static Result<KeyList> Read(const std::string& path);

  // kUsage: a line is wrong, there are more than kMostKeys, or none. The message is "file:line:
  // what is wrong". No digest stands in it: somebody may have written the key in its place.
  static Result<KeyList> Parse(std::string_view text, const std::string& file);

  // Who has this key; none: nobody. Hashes it and compares it with all digests, so that the time
  // tells nothing of them. A key that has expired is found.
  const Key* Find(std::string_view presented) const;

  const std::vector<Key>& keys() const { return keys_; }  // in the order of their lines

 private:
  std::vector<Key> keys_;
};

}  // namespace pdns::access
