#include "ingest/worker_pool.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

namespace pdns::ingest {
namespace {

// Opened records on their way to a worker, the bytes that it needs copied into one piece.
class Block {
 public:
  void Add(const source::Opened& opened) {
    const std::size_t at = bytes_.size();
    // Copied, since the reader's buffer is filled again while the worker is at it. One copy, into a
    // string that keeps its room from block to block.
    for (const auto& part : {opened.body, opened.zone})
      if (part.has_value()) AppendBytes(bytes_, *part);
    items_.push_back({opened, at});
  }

  bool full() const { return bytes_.size() >= kBytes || items_.size() >= kItems; }
  bool empty() const { return items_.empty(); }

  template <class Each>
  void ForEach(const Each& each) const {
    const Bytes bytes = AsBytes(bytes_);
    for (const Item& item : items_) {
      // The item's views point into the reader's buffer, which is gone: they are set anew, over the
      // copies, in the order in which Add wrote them.
      source::Opened opened = item.opened;
      std::size_t at = item.at;
      for (auto* part : {&opened.body, &opened.zone}) {
        if (!part->has_value()) continue;
        *part = bytes.subspan(at, (*part)->size());
        at += (*part)->size();
      }
      each(opened);
    }
  }

  void Clear() {
    bytes_.clear();
    items_.clear();
  }

 private:
  // A block is handed over when either is reached, so that one lock is taken for many records and
  // little waits while a worker is idle.
  static constexpr std::size_t kBytes = 256U << 10;
  static constexpr std::size_t kItems = 2048;
  struct Item {
    source::Opened opened;  // its views point elsewhere: only their sizes count
    std::size_t at;         // of its bytes: message, zone
  };
  std::string bytes_;
  std::vector<Item> items_;
};

}  // namespace

class WorkerPool::Worker {
 public:
  explicit Worker(std::unique_ptr<source::Decoder> decoder)
      : decoder_(std::move(decoder)), free_(kBlocks - 1) {
    thread_ = std::thread([this] { Run(); });
  }
  ~Worker() {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void Use(aggregate::Window& window) {
    window_ = &window;
    memory_ = window.memory();
  }

  void Add(const source::Opened& opened) {
    // No lock: the block that is filled is the reading thread's alone.
    filling_.Add(opened);
    if (filling_.full()) HandOver();
  }

  void HandOver() {
    if (filling_.empty()) return;
    std::unique_lock lock(mutex_);
    // A worker that is behind holds the reader up here: this is the bound of memory.
    changed_.wait(lock, [this] { return !free_.empty(); });
    full_.push_back(std::move(filling_));
    filling_ = std::move(free_.back());
    free_.pop_back();
    lock.unlock();
    changed_.notify_all();
  }

  void Await() {
    std::unique_lock lock(mutex_);
    // All but the one that is filled: so none is queued and none is at work. The lock makes the
    // worker's counters and window visible to the caller, who may read them without one from here
    // on.
    changed_.wait(lock, [this] { return free_.size() == kBlocks - 1; });
  }

  std::vector<source::Remark> ReleaseRemarks() { return decoder_->ReleaseRemarks(); }
  record::Counters ReleaseCounters() { return std::exchange(counters_, {}); }
  std::size_t memory() const { return memory_; }

 private:
  // One is filled, one is at work, two are in between: neither side waits for small unevenness.
  static constexpr std::size_t kBlocks = 4;

  void Run() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return ending_ || !full_.empty(); });
      // Asked last: what was handed over before the end is decoded first.
      if (full_.empty()) return;
      Block block = std::move(full_.front());
      full_.pop_front();
      lock.unlock();
      block.ForEach([this](const source::Opened& opened) {
        for (const source::Observation& seen : decoder_->Decode(opened, counters_))
          window_->Add(seen.tuple, seen.sighting);
      });
      memory_ = window_->memory();
      block.Clear();
      lock.lock();
      free_.push_back(std::move(block));
      changed_.notify_all();
    }
  }

  std::unique_ptr<source::Decoder> decoder_;
  aggregate::Window* window_ = nullptr;
  record::Counters counters_;
  // The one thing that the reading thread looks at while the worker is busy.
  std::atomic<std::size_t> memory_{0};
  Block filling_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Block> full_;
  std::vector<Block> free_;
  bool ending_ = false;
  // Last: it is begun when all else is there.
  std::thread thread_;
};

WorkerPool::WorkerPool(const source::Kind& kind, const source::Policy& policy,
                       record::SensorTable& sensors, std::size_t workers)
    : front_(kind.decode(policy, sensors)) {
  for (std::size_t i = 0; i < workers; ++i)
    workers_.push_back(std::make_unique<Worker>(kind.decode(policy, sensors)));
}

WorkerPool::~WorkerPool() = default;

void WorkerPool::Use(std::vector<aggregate::Window>& windows) {
  for (std::size_t i = 0; i < workers_.size(); ++i) workers_[i]->Use(windows[i]);
}

void WorkerPool::Add(Bytes record, record::Counters& counters) {
  const source::Opened* opened = front_->Open(record, counters);
  if (opened == nullptr) return;
  // The same question always goes to the same worker, so an answer and its repeats fold in one
  // window. A tuple that several questions bring may stand in several; the store merges those
  // (store_rocks/sorted_rows.h).
  workers_[front_->QuestionNumber(*opened) % workers_.size()]->Add(*opened);
}

void WorkerPool::Await() {
  // First to all, then the wait: they finish beside each other.
  for (const auto& worker : workers_) worker->HandOver();
  for (const auto& worker : workers_) worker->Await();
}

void WorkerPool::AddCounters(record::Counters& counters) {
  for (const auto& worker : workers_) counters.Add(worker->ReleaseCounters());
}

std::vector<source::Remark> WorkerPool::ReleaseRemarks() {
  std::vector<source::Remark> all;
  for (const auto& worker : workers_)
    for (source::Remark& remark : worker->ReleaseRemarks()) all.push_back(std::move(remark));
  return all;
}

std::size_t WorkerPool::memory() const {
  std::size_t sum = 0;
  for (const auto& worker : workers_) sum += worker->memory();
  return sum;
}

}  // namespace pdns::ingest
