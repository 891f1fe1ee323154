// One line on the terminal that tells how far a long run is; nothing when stderr is no terminal.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "source/report.h"

namespace pdns::tools {

class ProgressLine {
 public:
  // Shows `progress`, which outlives it, from a thread of its own.
  explicit ProgressLine(const source::Progress& progress);
  ~ProgressLine();  // wipes the line
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

 private:
  void Run();

  const source::Progress& progress_;
  std::mutex mutex_;
  std::condition_variable ending_;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace pdns::tools
