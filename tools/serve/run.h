// pdns-serve from its options to its end: the database and the address -> serve::Service behind
// http::Server, until `stop`.
#pragma once

#include "base/status.h"
#include "base/stop.h"
#include "tools/serve/options.h"

namespace pdns::tools {

// Serves until `stop`. A database that cannot be read is answered with 503 until it can. kUsage,
// kIo: it cannot be served at that address.
Status RunServe(const ServeOptions& options, const Stop& stop);

}  // namespace pdns::tools
