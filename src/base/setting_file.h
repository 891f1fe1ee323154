// A small file that a person wrote for a program, such as a configuration or a certificate: path ->
// [ReadSettingFile] -> its bytes, or why it cannot be one.
//
// Any thread.
#pragma once

#include <cstddef>
#include <string>

#include "base/status.h"

namespace pdns {

inline constexpr std::size_t kMostSettingBytes = 4U << 20;

// Never waits for a writer: only a regular file is opened, of at most kMostSettingBytes. The
// reason (kNoInput) does not name the path.
Result<std::string> ReadSettingFile(const std::string& path);

// The same for a file with secrets. One that everybody on this machine may read or write is
// refused.
Result<std::string> ReadSecretFile(const std::string& path);

}  // namespace pdns
