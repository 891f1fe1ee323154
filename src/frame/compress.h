// A finished file made small: path -> [CompressFile] -> the same bytes in a zstd frame, by
// libarchive.
#pragma once

#include <functional>
#include <string>

#include "base/status.h"

namespace pdns::frame {

// Writes `to` (made, or made empty first; with the mode and the modification time of `from`), which
// is on the disk when this returns. `from` is left as it is. `go_on` is asked between blocks: false
// ends the work. False when it ended like that; kIo: one of the two cannot be read or written. In
// both cases there is no `to`.
Result<bool> CompressFile(const std::string& from, const std::string& to,
                          const std::function<bool()>& go_on);

}  // namespace pdns::frame
