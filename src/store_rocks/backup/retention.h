// Which backups may go: a list, rules -> [OldBackups] -> numbers. Function: any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "store/backups.h"

namespace pdns::store_rocks {

// A backup goes only if every rule that is given lets it go.
struct Retention {
  std::optional<std::uint64_t> keep;             // the newest so many that can be restored; not 0
  std::optional<std::chrono::seconds> keep_for;  // those that are no older
};

// In their order. Without a rule, none. Never the newest that can be restored, nor any newer one;
// none at all if none can be restored.
std::vector<std::uint32_t> OldBackups(const std::vector<store::Backup>& backups,
                                      const Retention& retention, std::chrono::sys_seconds now);

}  // namespace pdns::store_rocks
