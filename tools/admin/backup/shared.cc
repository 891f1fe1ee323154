#include "tools/admin/backup/shared.h"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <system_error>

#include "base/whole_number.h"

namespace pdns::tools {

Result<std::string> WholePath(const std::string& path, std::string_view what) {
  if (path.empty()) return Status::Usage(fmt::format("give {}", what));
  std::error_code error;
  std::string whole = std::filesystem::absolute(path, error).lexically_normal();
  if (error) return Status::Io(path + ": " + error.message());
  while (whole.size() > 1 && whole.ends_with('/')) whole.pop_back();
  return whole;
}

Result<std::optional<std::uint64_t>> CountOption(const CommandInput& input,
                                                 std::string_view option) {
  if (!input.Has(option)) return std::optional<std::uint64_t>();
  const std::string text = input.Text(option);
  const auto number = WholeNumber<std::uint64_t>(text);
  if (!number.has_value() || *number == 0)
    return Status::Usage(fmt::format("--{} {}: give a number from 1 on", option, text));
  return number;
}

Status PrintReport(const std::string& text) {
  const bool written = std::fputs(text.c_str(), stdout) >= 0 && std::fflush(stdout) == 0;
  return written ? Status() : Status::Io("the report cannot be written to standard output");
}

}  // namespace pdns::tools
