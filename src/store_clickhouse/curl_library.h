// libcurl, loaded when the first cluster is asked: Client calls its functions, which stand in
// curl_library.cc and pass the calls on. Guest: libcurl.
//
// Loaded, and not linked: libcurl brings thirty libraries more. Linked, they cost every start of
// pdns-query 5 ms of CPU and 6 MiB, though most databases are directories.
//
// Any thread.
#pragma once

#include "base/status.h"

namespace pdns::store_clickhouse {

// kIo: the library is not there; its functions then do nothing, and make no handle.
const Status& LoadCurl();

}  // namespace pdns::store_clickhouse
