#include "tools/admin/compact.h"

#include "tools/admin/writing.h"

namespace pdns::tools {
namespace {

Result<int> Run(const CommandInput& input) { return RunWriting(input); }

}  // namespace

Command CompactCommand() {
  OptionGroup options{"compact", WritingOptions()};
  return {"compact",          "",  "Rewrite the database into its smallest form", 0,
          std::move(options), &Run};
}

}  // namespace pdns::tools
