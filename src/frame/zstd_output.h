// A stream made small as it is written: bytes -> [ZstdOutput] -> a zstd frame, in pieces. Guest:
// libzstd, at its level 3, with a checksum. Memory: some 4 MiB.
//
// One thread at a time.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "base/status.h"

namespace pdns::frame {

class ZstdOutput {
 public:
  // Gets the compressed bytes, views good for the call. An error ends the stream.
  using Sink = std::function<Status(std::string_view bytes)>;

  explicit ZstdOutput(Sink sink);
  ~ZstdOutput();
  ZstdOutput(const ZstdOutput&) = delete;
  ZstdOutput& operator=(const ZstdOutput&) = delete;

  // The sink's error; kIo: there is no memory.
  Status Write(std::string_view bytes);
  // The end of the frame, without which it is cut. Call last, once.
  Status Finish();

 private:
  struct Guest;
  Status Run(std::string_view bytes, bool end);

  Sink sink_;
  std::unique_ptr<Guest> guest_;
};

}  // namespace pdns::frame
