#include "ingest/worker_pool.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

namespace pdns::ingest {
namespace {

// Frames on their way to a lane, the bytes that it needs copied into one piece.
class Block {
 public:
  void Add(const source::Opened& frame) {
    const std::size_t at = bytes_.size();
    for (const auto& part : {frame.response.message, frame.response.zone})
      if (part.has_value()) AppendBytes(bytes_, *part);
    items_.push_back({frame, at});
    items_.back().frame.response.identity = {};  // its bit says it
  }

  bool full() const { return bytes_.size() >= kBytes || items_.size() >= kItems; }
  bool empty() const { return items_.empty(); }

  template <class Each>
  void ForEach(const Each& each) const {
    const Bytes bytes = AsBytes(bytes_);
    for (const Item& item : items_) {
      source::Opened frame = item.frame;
      std::size_t at = item.at;
      for (auto* part : {&frame.response.message, &frame.response.zone}) {
        if (!part->has_value()) continue;
        *part = bytes.subspan(at, (*part)->size());
        at += (*part)->size();
      }
      each(frame);
    }
  }

  void Clear() {
    bytes_.clear();
    items_.clear();
  }

 private:
  static constexpr std::size_t kBytes = 256U << 10;
  static constexpr std::size_t kItems = 2048;
  struct Item {
    source::Opened frame;  // its views point elsewhere: only their sizes count
    std::size_t at;        // of its bytes: message, zone
  };
  std::string bytes_;
  std::vector<Item> items_;
};

// Equal questions get equal numbers, whatever their case and whatever else the bytes may be.
std::size_t QuestionNumber(const dnstap::Response& response) {
  constexpr std::size_t kHeader = 12;
  constexpr std::uint64_t kLower = 0x2020202020202020;
  constexpr std::uint64_t kMix = 0x9e3779b97f4a7c15;  // odd, its bits in no order
  const Bytes message = response.message.value_or(Bytes());
  if (message.size() <= kHeader) return 0;
  const std::string_view rest = AsText(message.subspan(kHeader));
  const std::size_t size = std::min(rest.find('\0'), rest.size());
  std::uint64_t number = size;
  for (std::size_t at = 0; at < size; at += sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, rest.data() + at, std::min(size - at, sizeof word));
    number = (number ^ (word | kLower)) * kMix;
    number ^= number >> 32;
  }
  return number;
}

}  // namespace

class WorkerPool::Worker {
 public:
  Worker(const source::Policy& policy, record::SensorTable& sensors)
      : lane_(policy, sensors), free_(kBlocks - 1) {
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

  void Add(const source::Opened& frame) {
    filling_.Add(frame);
    if (filling_.full()) HandOver();
  }

  void HandOver() {
    if (filling_.empty()) return;
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !free_.empty(); });
    full_.push_back(std::move(filling_));
    filling_ = std::move(free_.back());
    free_.pop_back();
    lock.unlock();
    changed_.notify_all();
  }

  void Await() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return free_.size() == kBlocks - 1; });
  }

  record::Counters TakeCounters() { return std::exchange(counters_, {}); }
  std::size_t memory() const { return memory_; }

 private:
  static constexpr std::size_t kBlocks = 4;

  void Run() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return ending_ || !full_.empty(); });
      if (full_.empty()) return;
      Block block = std::move(full_.front());
      full_.pop_front();
      lock.unlock();
      block.ForEach(
          [this](const source::Opened& frame) { lane_.Take(frame, *window_, counters_); });
      memory_ = window_->memory();
      block.Clear();
      lock.lock();
      free_.push_back(std::move(block));
      changed_.notify_all();
    }
  }

  source::Lane lane_;
  aggregate::Window* window_ = nullptr;
  record::Counters counters_;
  std::atomic<std::size_t> memory_{0};
  Block filling_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Block> full_;
  std::vector<Block> free_;
  bool ending_ = false;
  std::thread thread_;
};

WorkerPool::WorkerPool(const source::Policy& policy, record::SensorTable& sensors,
                       std::size_t lanes)
    : front_(policy, sensors) {
  for (std::size_t i = 0; i < lanes; ++i)
    workers_.push_back(std::make_unique<Worker>(policy, sensors));
}

WorkerPool::~WorkerPool() = default;

void WorkerPool::Use(std::vector<aggregate::Window>& windows) {
  for (std::size_t i = 0; i < workers_.size(); ++i) workers_[i]->Use(windows[i]);
}

void WorkerPool::Take(Bytes payload, record::Counters& counters) {
  const source::Opened* frame = front_.Open(payload, counters);
  if (frame == nullptr) return;
  workers_[QuestionNumber(frame->response) % workers_.size()]->Add(*frame);
}

void WorkerPool::Await() {
  for (const auto& worker : workers_) worker->HandOver();
  for (const auto& worker : workers_) worker->Await();
}

void WorkerPool::AddCounters(record::Counters& counters) {
  for (const auto& worker : workers_) counters.Add(worker->TakeCounters());
}

std::size_t WorkerPool::memory() const {
  std::size_t sum = 0;
  for (const auto& worker : workers_) sum += worker->memory();
  return sum;
}

}  // namespace pdns::ingest
