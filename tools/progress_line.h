// One line on the terminal that tells how far a long run is; nothing when stderr is no terminal.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "ingest/file_source.h"

namespace pdns::tools {

class ProgressLine {
 public:
  // Shows `progress`, which outlives it, from a thread of its own.
  explicit ProgressLine(const ingest::Progress& progress);
  ~ProgressLine();  // wipes the line
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

 private:
  void Run();

  const ingest::Progress& progress_;
  std::mutex mutex_;
  std::condition_variable ending_;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace pdns::tools
