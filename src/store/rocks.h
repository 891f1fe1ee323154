// The engine behind store/store.h: RocksDB. Column families: `default` (schema row and ledger),
// `fwd`, `rev`, `quarantine`; formats in schema/keys.md.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "base/status.h"
#include "store/store.h"

namespace pdns::store {

// Opens the database directory `path` for the one writer, and makes it if nothing is there.
// `memory` is shared out among write buffers, block cache and seen-cache. kNoInput: the path is
// something else than a pdns database, or one of a newer major version; kIo: it is in use (the
// message names the holder's pid where the system tells it) or cannot be opened; kCorrupt.
Result<std::unique_ptr<Writer>> OpenRocksWriter(const std::string& path, std::size_t memory);

// Opens it to read, beside a writer or without one; sees what was committed by now. `mostly`: the
// index that will be scanned; others can be, but only kReverse reads the filters, which serve it
// and cost a fifth of the open. kNoInput: nothing there, or not a pdns database; kIo, kCorrupt.
Result<std::unique_ptr<Reader>> OpenRocksReader(const std::string& path,
                                                Index mostly = Index::kReverse);

}  // namespace pdns::store
