// pdns-bench-decode: runs the decode path over a capture and throws the tuples away, or folds them
// in windows first (--fold). Made for callgrind.sh, which counts its instructions.
#include <cstdint>
#include <cstdio>
#include <string_view>

#include "aggregate/window.h"
#include "pipeline.h"

namespace {

constexpr std::size_t kWindowTuples = 100000;

}  // namespace

int main(int argc, char** argv) {
  const bool fold = argc == 3 && std::string_view(argv[1]) == "--fold";
  if (argc != 2 && !fold) {
    std::fprintf(stderr, "usage: pdns-bench-decode [--fold] FILE\n");
    return 64;
  }
  std::uint64_t bytes = 0;  // something that depends on every tuple
  pdns::aggregate::Window window;
  const auto read = pdns::bench::ReadCapture(
      argv[argc - 1],
      [&](const pdns::record::Tuple& tuple, const pdns::record::Sighting& sighting) {
        bytes += tuple.owner.size() + tuple.rdata.size();
        if (!fold) return;
        window.Add(tuple, sighting);
        if (window.size() >= kWindowTuples) window.Clear();
      });
  if (!read.ok()) {
    std::fprintf(stderr, "pdns-bench-decode: %s\n", read.status().message().c_str());
    return 66;
  }
  std::printf(
      "{\"frames\":%llu,\"used\":%llu,\"stored\":%llu,\"bytes\":%llu}\n",
      static_cast<unsigned long long>(read->frames), static_cast<unsigned long long>(read->used),
      static_cast<unsigned long long>(read->stored), static_cast<unsigned long long>(bytes));
  return 0;
}
