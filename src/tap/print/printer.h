// Frames of all sources, filtered and printed: payload bytes -> [Printer] -> text on a descriptor.
#pragma once

#include <cstdint>
#include <mutex>

#include "base/bytes.h"
#include "base/stop.h"
#include "dnstap/message.h"
#include "tap/filter.h"
#include "tap/output.h"
#include "tap/print/time_text.h"

namespace pdns::tap {

enum class Format : std::uint8_t { kLine, kJson, kYaml };

struct PrintOptions {
  Filter filter;
  Format format = Format::kLine;
  Zone zone = Zone::kUtc;
  bool colour = false;      // of lines only
  std::uint64_t limit = 0;  // frames to show; 0: no limit
  bool live = false;        // every frame is out before the next is taken
};

struct Counts {
  std::uint64_t seen = 0;
  std::uint64_t shown = 0;
  std::uint64_t malformed = 0;  // of those seen: no dnstap message, or a stream that broke
  std::uint64_t left_out = 0;   // by an ingester for which this was too slow; not seen
};

// Any thread may call. Requests `stop` when there is no more to print: the limit is reached, or
// nobody reads.
class Printer {
 public:
  // After an `interrupt`, what a slow reader has not taken is dropped.
  Printer(const PrintOptions& options, int fd, const Stop& interrupt, Stop& stop)
      : options_(options), output_(fd, options.live, interrupt), stop_(stop) {}

  void Add(Bytes payload);
  void AddBrokenStream();
  void AddLeftOut(std::uint64_t frames);

  // What is held goes out. To be called at the end.
  void Flush();

  Counts counts() const;
  bool limit_reached() const;
  int output_error() const;  // 0, EPIPE, or another errno

 private:
  void Print(Bytes payload);
  void Show(const std::string& text);

  const PrintOptions options_;
  mutable std::mutex mutex_;
  dnstap::MessageReader reader_;
  Output output_;
  Stop& stop_;
  Counts counts_;
};

}  // namespace pdns::tap
