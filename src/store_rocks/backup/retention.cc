#include "store_rocks/backup/retention.h"

#include <algorithm>

namespace pdns::store_rocks {

std::vector<std::uint32_t> OldBackups(const std::vector<store::Backup>& backups,
                                      const Retention& retention, std::chrono::sys_seconds now) {
  std::vector<std::uint32_t> old;
  if (!retention.keep.has_value() && !retention.keep_for.has_value()) return old;
  std::uint64_t newer = 0;  // that can be restored
  for (std::size_t i = backups.size(); i-- > 0;) {
    const store::Backup& backup = backups[i];
    const bool by_count = !retention.keep.has_value() || newer >= *retention.keep;
    // What cannot be read has no time of its own, and goes by the others'.
    const bool by_age = !retention.keep_for.has_value() || now - backup.made > *retention.keep_for;
    if (newer > 0 && by_count && by_age) old.push_back(backup.number);
    if (backup.fault.empty()) ++newer;
  }
  std::reverse(old.begin(), old.end());
  return old;
}

}  // namespace pdns::store_rocks
