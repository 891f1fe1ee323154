// Where the data lies when nobody says: --database, else PDNS_DATABASE, else /var/lib/pdns where it
// exists and can be used, else ~/.local/share/pdns. Either of the first two may be the address of a
// cluster (store_clickhouse/address.h).
//
// Functions: any thread.
#pragma once

#include <string>

#include "base/status.h"

namespace pdns::tools {

enum class Access { kRead, kWrite };

// `given` is the option's value, empty when it was not given. kUsage when no home is known.
Result<std::string> DatabasePath(const std::string& given, Access access);

// The directory of the last two alone. kUsage when no home is known.
Result<std::string> DataDirectory(Access access);

}  // namespace pdns::tools
