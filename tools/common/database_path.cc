#include "tools/common/database_path.h"

#include <unistd.h>

#include <cstdlib>

namespace pdns::tools {

Result<std::string> DatabasePath(const std::string& given, Access access) {
  if (!given.empty()) return given;
  if (const char* set = std::getenv("PDNS_DATABASE"); set != nullptr && *set != '\0')
    return std::string(set);
  return DataDirectory(access);
}

Result<std::string> DataDirectory(Access access) {
  constexpr const char* kSystem = "/var/lib/pdns";
  const int mode = access == Access::kWrite ? R_OK | W_OK | X_OK : R_OK | X_OK;
  if (::access(kSystem, mode) == 0) return std::string(kSystem);
  if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0') {
    return std::string(home) + "/.local/share/pdns";
  }
  return Status::Usage("no database is known; give --database or set PDNS_DATABASE");
}

}  // namespace pdns::tools
