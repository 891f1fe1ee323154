// A database in numbers: store -> [Statistics] -> render. A value.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "record/counters.h"
#include "record/rrtype.h"

namespace pdns::record {

struct Statistics {
  // Trusted tuples; `first`, `last` are of no meaning when there are none.
  std::uint64_t tuples = 0;
  std::uint64_t rrnames = 0;    // distinct owners of them
  std::uint64_t addresses = 0;  // distinct, v4 and v6, in A, AAAA and address hints
  bool estimated = false;       // the addresses, within about 1 %; all else is exact
  std::map<RrType, std::uint64_t> types;
  std::chrono::sys_seconds first;  // the earliest first-seen ...
  std::chrono::sys_seconds last;   // ... and the latest last-seen

  std::map<std::uint8_t, std::uint64_t> quarantined;  // tuples by their Reason bits

  std::vector<std::string> sensors;  // their names, by number; "" for frames without an identity

  // Rows that retention took: by rule, then by the month of their last-seen ("2026-11").
  std::map<std::string, std::map<std::string, std::uint64_t>> expired;

  std::uint64_t AllQuarantined() const {
    std::uint64_t sum = 0;
    for (const auto& [reasons, tuples_of] : quarantined) sum += tuples_of;
    return sum;
  }
  std::uint64_t AllExpired() const {
    std::uint64_t sum = 0;
    for (const auto& [rule, months] : expired)
      for (const auto& [month, rows] : months) sum += rows;
    return sum;
  }

  // Captures and archive files taken, as far as they were.
  std::uint64_t captures = 0;
  std::uint64_t capture_frames = 0;
  std::uint64_t capture_bytes = 0;  // uncompressed

  Counters counters;  // what became of all frames and records that were ever taken

  struct Part {
    std::string name;
    std::uint64_t bytes = 0;
  };
  std::vector<Part> parts;       // on disk, by column family
  std::uint64_t disk_bytes = 0;  // of all files of the database, logs included
};

}  // namespace pdns::record
