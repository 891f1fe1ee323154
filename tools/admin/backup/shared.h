// What the commands about backups share.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "tools/admin/command.h"

namespace pdns::tools {

// Absolute and without a slash at its end. kUsage: it is empty; `what` says what is to be given.
Result<std::string> WholePath(const std::string& path, std::string_view what);

// The value of an option that is a number from 1 on; nothing where it was not given. kUsage.
Result<std::optional<std::uint64_t>> CountOption(const CommandInput& input,
                                                 std::string_view option);

// kIo.
Status PrintReport(const std::string& text);

}  // namespace pdns::tools
