// One line on the terminal that tells how far a long run is; nothing when stderr is no terminal.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "source/report.h"

namespace pdns::tools {

class ProgressLine {
 public:
  // The line for what was done in so many seconds.
  using Describe = std::function<std::string(const source::Progress&, double seconds)>;

  // Shows `progress`, which outlives it, from a thread of its own. Without `describe`, as files
  // that are read: "12.0 of 40.0 MiB (30 %), 210000 frames/s, 0:12 left".
  explicit ProgressLine(const source::Progress& progress, Describe describe = {});
  ~ProgressLine();  // wipes the line
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

 private:
  void Run();

  const source::Progress& progress_;
  Describe describe_;
  std::mutex mutex_;
  std::condition_variable ending_;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace pdns::tools
