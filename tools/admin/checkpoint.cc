#include "tools/admin/checkpoint.h"

#include <filesystem>

#include "tools/admin/writing.h"

namespace pdns::tools {
namespace {

Result<int> Run(const CommandInput& input) {
  if (input.words.empty())
    return Status::Usage("checkpoint: give the directory that is to be made");
  std::error_code error;
  const auto directory = std::filesystem::absolute(input.words.front(), error);
  if (error) return Status::Io(input.words.front() + ": " + error.message());
  CommandInput with = input;
  with.options.emplace_back("directory", directory.string());
  return RunWriting(with);
}

}  // namespace

Command CheckpointCommand() {
  OptionGroup options{"checkpoint", WritingOptions()};
  return {"checkpoint",       "DIR", "Copy the database as it is now to a new directory", 1,
          std::move(options), &Run};
}

}  // namespace pdns::tools
