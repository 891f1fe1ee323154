// Cares for the finished files of an archive, at low priority in a thread of its own: finished
// files -> [Keeper] -> compressed ones, and the oldest removed.
//
// For its age a file is removed a minute, or as much as comes, whatever the clock says; for the
// size of all, as many as it takes. Works when it begins (files that an earlier run left), after
// each file that ends, and every minute. A file is compressed beside itself under a hidden name,
// synced, renamed, and only then the original goes; a compressed file is never replaced. What fails
// is tried again a minute later. Files that are open elsewhere (a backfill) can be read on.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include "archive/files.h"
#include "archive/system.h"

namespace pdns::archive {

class Keeper {
 public:
  struct Settings {
    std::string directory;
    std::string name;
    KeepRule keep;
    bool compress = true;
  };
  struct Figures {
    std::uint64_t removed = 0;
    std::uint64_t compressed = 0;
  };

  // `system` is good as long as this object. No two of a folder and name at once.
  Keeper(Settings settings, const System& system);
  ~Keeper();  // as Stop
  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;

  // From now on `file` (a name in the folder; empty: none) is not to be touched, and the one named
  // before is finished. To be called before the file is made. Any thread.
  void Writing(std::string file);

  // Ends the thread; a compression under way is given up, for the next run to do.
  void Stop();

  Figures figures() const;  // any thread

 private:
  void Run();
  void Pass();
  std::chrono::nanoseconds MayAge();
  void Remove(const File& file);
  void Compress(const File& file);
  void RemoveOriginal(const std::string& path);
  void Complain(const std::string& line);
  bool stopping() const;

  const Settings settings_;
  const System& system_;
  std::optional<std::chrono::steady_clock::time_point>
      aged_;                          // when age was looked at; the thread's
  std::set<std::string> complaints_;  // made before: each pass would repeat them; the thread's
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::string writing_;
  bool woken_ = false;
  bool stopping_ = false;
  Figures figures_;
  std::thread thread_;
};

}  // namespace pdns::archive
