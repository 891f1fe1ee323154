// The database of a run of pdns-ingest: opened at once, or waited for; and watched for its size.
//
//   IngestDatabase -> Sink with its Storing (ingest/storing.h) -> readers, drainer
//
// A live run waits if the disk is full, read-only or failing (Code::kDisk): its frames cannot be
// had again, and a process that ends and is started anew all the time could not archive them. It
// tries again after 1 s, 2 s, ... up to every 30 s. With a limit the size is looked at after each
// batch, and each second while nothing is stored. Of a cluster, it is the size of the outbox.
//
// Threads: one of its own, that tries and looks. sink() is for the drainer and the claims; the
// functions of WriterAccess are for the one thread of an admin command; everything else for any
// thread.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "admin/writer_access.h"
#include "base/log_limit.h"
#include "base/status.h"
#include "base/stop.h"
#include "ingest/drainer.h"
#include "ingest/storing.h"
#include "tools/common/engine.h"
#include "tools/ingest/database_size.h"
#include "tools/ingest/options.h"
#include "tools/ingest/writer_turns.h"

namespace pdns::tools {

// Why a run let go of its database, for the next one: ok if there was no trouble.
struct DiskTrouble {
  Status reason;
  std::chrono::seconds pause{1};  // before the next try
};

// How the engine is to be opened for these options.
WriteSetup SetupOf(const IngestOptions& options, const Place& place);

class IngestDatabase final : public admin::WriterAccess {
 public:
  struct Setup {
    WriteSetup how;
    DatabaseLimits limits;
    bool live = false;  // waits where the disk is at fault
    // Both are called once at most, from the own thread, after a wait: it is open, false to leave
    // it at that and take no batches; it cannot be opened, and the disk is not why.
    std::function<bool()> on_open;
    std::function<void()> on_failure;
  };

  explicit IngestDatabase(Setup setup);
  ~IngestDatabase() override;  // as EndWait
  IngestDatabase(const IngestDatabase&) = delete;
  IngestDatabase& operator=(const IngestDatabase&) = delete;

  // Once. With trouble from a run before, the first try comes a pause later. Errors as
  // OpenWriter (tools/common/engine.h); kDisk only if it does not wait.
  Status Open(const DiskTrouble& before);

  // After Open, once: begins to try and to look. Until then nothing is called.
  void Start();

  // Ends the thread. Afterwards writer() stays what it is.
  void EndWait();

  ingest::Sink sink();
  bool waits() const { return writer() == nullptr; }
  store::Writer* writer() const { return writer_; }  // null: not open yet

  // Of the writer, after EndWait. `goes_on`: the next process, or the next run, follows at once,
  // and delivers to a cluster what is left. kDisk, kIo.
  Status Close(bool goes_on);

  // For admin commands, beside the batches of the sink.
  Status With(const std::function<Status(store::Writer&)>& work) override;
  Result<store::Writer*> Beside() override;
  Result<std::unique_ptr<store::Snapshot>> Read() override;
  bool MakeWay() const override { return turns_.batch_waits(); }
  const std::string& path() const override { return setup_.how.place.text; }

  // The first batch that the disk refused; and what ended a wait in vain. Ok: there was none.
  Status disk_failure() const;
  Status wait_failure() const;

 private:
  Status TryOpen();
  void BeginWait(const Status& reason, std::chrono::seconds pause);
  void Run();
  bool WaitUntilOpen();
  void LookAtSize();
  Result<record::Applied> Apply(const record::Batch& batch);
  Status NotOpen() const;

  const Setup setup_;
  std::chrono::seconds pause_{0};  // before the next try
  ingest::Storing storing_;
  std::unique_ptr<store::Writer> owner_;
  std::atomic<store::Writer*> writer_{nullptr};
  WriterTurns turns_;
  mutable std::mutex mutex_;  // what follows
  DatabaseSize size_;
  Status disk_failure_;
  Status wait_failure_;
  LogLimit warnings_{""};
  Stop ended_;
  std::thread thread_;
};

}  // namespace pdns::tools
