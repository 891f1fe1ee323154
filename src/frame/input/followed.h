// A file that is still being written, as `tail -F` has it: path -> [OpenFollowed] -> bytes as they
// come.
//
// At the end of the data it waits for more, and so does whoever reads above it, amid a frame if
// need be; or it says so, and whoever reads above it does (AtEnd). It ends when the file has had
// its time: another file stands at the path and nothing came for half a second, it was cut short or
// written anew (copytruncate), or it was deleted and nothing came for two seconds. A file that was
// renamed is read on until another stands in its place.
//
// What is written and cut off again before it was read is lost: a writer should rename. A file
// written anew is known by its first KiB.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "frame/input/input.h"

namespace pdns::frame {

// What Read does where no more bytes are for now.
enum class AtEnd : std::uint8_t {
  kWait,    // waits for more
  kReturn,  // returns kBusy, for one who has something to do before he waits: Await waits
};

// Opens the plain file at `path`, from its beginning. `waiter` is asked whenever it waits; the
// descriptor given to it is readable when something may have changed, and once a second in any
// case. Read() returns 0 at the end and when the waiter says stop.
// kIo: it cannot be opened, or is no regular file.
Result<std::unique_ptr<Input>> OpenFollowed(const std::string& path, Waiter& waiter,
                                            AtEnd at_end = AtEnd::kWait);

// Waits until there is something at `path`; false when the waiter says stop. The folder may be
// missing, too. kIo: no descriptor is left to wait with.
Result<bool> AwaitFile(const std::string& path, Waiter& waiter);

}  // namespace pdns::frame
