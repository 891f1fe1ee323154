#include "store_clickhouse/write/delivery.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <optional>
#include <utility>

#include "base/hash.h"
#include "base/log.h"
#include "base/wait.h"
#include "base/whole_number.h"
#include "store_clickhouse/schema.h"

namespace pdns::store_clickhouse {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::seconds;

constexpr seconds kPace(1);
constexpr seconds kLongestPause(30);
constexpr std::chrono::milliseconds kLook(50);
constexpr std::uint64_t kTriesAtEnd = 3;

// May be mended by waiting, and is not a wrong address or a wrong table.
bool MayPass(const Status& status) {
  return status.code() == Code::kIo || status.code() == Code::kBusy || status.code() == Code::kDisk;
}

bool ReadNumber(std::string_view text, std::uint64_t& number) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  return ReadWholeNumber(text, number);
}

seconds PauseAfter(std::uint64_t tries) {
  constexpr std::uint64_t kMostDoublings = 5;
  return std::min(kLongestPause, seconds(1U << std::min(tries - 1, kMostDoublings)));
}

}  // namespace

ShardDelivery::ShardDelivery(const Address& address, std::size_t shard, const std::string& password,
                             Outbox& outbox, const Stop& stop)
    : address_(address),
      shard_(shard),
      outbox_(outbox),
      client_(address, shard, password, {}),
      writer_(ToHex(AsBytes(outbox.writer_id()))) {
  client_.set_interrupt([&stop] { return stop.requested(); });
}

Status ShardDelivery::Greet() {
  auto server = Handshake(client_, address_);
  if (!server.ok()) return server.status();
  const auto readonly =
      client_.Ask("SELECT value FROM system.settings WHERE name = 'readonly' FORMAT TabSeparated");
  if (!readonly.ok()) return readonly.status();
  if (*readonly != "0\n") {
    return Status::Denied(
        fmt::format("{}: user \"{}\" may only read there: give one that may write", client_.name(),
                    address_.user));
  }
  if (Status read = ReadMarker(); !read.ok()) return read;
  settings_ = server->settings;
  greeted_ = true;
  return {};
}

Status ShardDelivery::AwaitQueries() {
  const auto running = client_.Ask(fmt::format(
      "SELECT count() FROM system.processes WHERE query_id LIKE '{}.%' FORMAT TabSeparated",
      writer_));
  if (!running.ok()) return running.status();
  if (*running == "0\n") return {};
  return Status::Busy(client_.name() + ": it still works on a batch whose answer was lost");
}

Status ShardDelivery::ReadMarker() {
  const std::string key = std::string(kMarkerPrefix) + outbox_.writer_id();
  const auto told = client_.Ask(
      fmt::format("SELECT maxMerge(last) FROM {} WHERE kind = {} AND key = {} FORMAT TabSeparated",
                  TableOf(address_), static_cast<unsigned>(RowKind::kLedger), Literal(key)));
  if (!told.ok()) return told.status();
  std::uint64_t newest = 0;
  if (!ReadNumber(*told, newest))
    return Status::Malformed(client_.name() + ": its answer is no number of a batch");
  if (newest >= outbox_.next_sequence()) {
    return Status::Corrupt(fmt::format(
        "outbox {}: {} has batch {} of it, but the outbox only those before {}: it is an old copy, "
        "or two ingesters have copies of one. Remove it to begin as a new writer",
        outbox_.directory(), client_.name(), newest, outbox_.next_sequence()));
  }
  return outbox_.Acknowledge(shard_, newest);
}

Status ShardDelivery::ClearDoubt() {
  if (Status none = AwaitQueries(); !none.ok()) return none;
  if (Status read = ReadMarker(); !read.ok()) return read;
  // A POST that lay in the server's socket while it stood still may have begun between the two.
  if (Status none = AwaitQueries(); !none.ok()) return none;
  doubt_ = false;
  return {};
}

Status ShardDelivery::Post(const std::vector<Outbox::Waiting>& batches) {
  std::deque<FileReader> parts;
  Upload body;
  for (const Outbox::Waiting& batch : batches) {
    auto part = outbox_.Open(batch.sequence, shard_);
    if (!part.ok()) return part.status();
    parts.push_back(std::move(*part));
    body.size += batch.size;
  }
  body.read = [&parts](char* into, std::size_t most) -> std::optional<std::size_t> {
    while (!parts.empty()) {
      const auto count = parts.front().Read(into, most);
      if (!count.ok()) return std::nullopt;
      if (*count > 0) return *count;
      parts.pop_front();
    }
    return 0;
  };
  const std::string range =
      fmt::format("{}.{}-{}", writer_, batches.front().sequence, batches.back().sequence);
  Settings settings{{"query_id", fmt::format("{}.{:x}", range, RandomSeed())}};
  for (const std::string& name : settings_) {
    if (name == "async_insert" || name == "optimize_on_insert") settings.emplace_back(name, "0");
    if (name == "insert_deduplication_token") settings.emplace_back(name, range);
  }
  doubt_ = true;
  Status sent = client_.Insert(fmt::format("INSERT INTO {} FORMAT Native", TableOf(address_)),
                               settings, body);
  if (!sent.ok()) return sent;
  doubt_ = false;
  return outbox_.Acknowledge(shard_, batches.back().sequence);
}

Status ShardDelivery::Step() {
  if (!greeted_) {
    if (Status greeted = Greet(); !greeted.ok()) return greeted;
  }
  if (doubt_) {
    if (Status cleared = ClearDoubt(); !cleared.ok()) return cleared;
  }
  const auto batches = outbox_.Next(shard_, Delivery::kPostBytes, Delivery::kPostBatches);
  return batches.empty() ? Status() : Post(batches);
}

Delivery::Delivery(const Address& address, const std::string& password, Outbox& outbox)
    : address_(address), outbox_(outbox), shards_(address.shards.size()) {
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    shards_[i].delivery = std::make_unique<ShardDelivery>(address_, i, password, outbox_, stop_);
  }
}

Delivery::~Delivery() { End(); }

Status Delivery::Greet(bool need_one) {
  Status first;
  std::size_t answered = 0;
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    Status greeted = shards_[i].delivery->Greet();
    if (!greeted.ok() && !MayPass(greeted)) return greeted;
    if (greeted.ok()) ++answered;
    if (greeted.ok()) continue;
    if (first.ok()) first = greeted;
    Note(i, greeted);
  }
  return answered > 0 || !need_one ? Status() : first;
}

void Delivery::Start() {
  for (std::size_t i = 0; i < shards_.size(); ++i)
    shards_[i].thread = std::thread([this, i] { Run(i); });
}

void Delivery::Wake() {
  const std::lock_guard lock(mutex_);
  changed_.notify_all();
}

void Delivery::End() {
  stop_.Request();
  Wake();
  for (Shard& shard : shards_) {
    if (shard.thread.joinable()) shard.thread.join();
  }
}

// False: it ends.
bool Delivery::AwaitBatches(std::size_t number) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return stop_.requested() || outbox_.batches(number) > 0; });
  return !stop_.requested();
}

void Delivery::Run(std::size_t number) {
  Shard& shard = shards_[number];
  auto next = Clock::now();
  if (!shard.failure.ok()) next += kPace;
  while (AwaitBatches(number)) {
    const auto now = Clock::now();
    if (now < next && WaitForStop(stop_, next - now)) return;
    next = Clock::now() + kPace;
    const Status status = shard.delivery->Step();
    if (stop_.requested()) return;
    Note(number, status);
    if (!status.ok()) next = Clock::now() + PauseAfter(shard.tries);
  }
}

void Delivery::Note(std::size_t number, const Status& status) {
  Shard& shard = shards_[number];
  const std::lock_guard lock(mutex_);
  if (!status.ok()) {
    if (shard.failure.ok()) {
      shard.failing_since = Clock::now();
      LogWarning(status.message() + ": its batches wait in the outbox " + outbox_.directory());
    } else if (shard.failure.code() != status.code()) {
      LogWarning(status.message());
    }
    ++shard.tries;
  } else if (!shard.failure.ok()) {
    const auto away = std::chrono::duration_cast<seconds>(Clock::now() - shard.failing_since);
    LogInfo(fmt::format("{}: it takes batches again, after {} s", shard.delivery->name(),
                        away.count()));
    shard.tries = 0;
  }
  shard.failure = status;
  changed_.notify_all();
}

bool Delivery::AwaitRoom(seconds most) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, most, [this] { return stop_.requested() || !outbox_.full(); }) &&
         !outbox_.full();
}

bool Delivery::AllFail() const {
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    if (outbox_.batches(i) > 0 && shards_[i].tries < kTriesAtEnd) return false;
  }
  return true;
}

bool Delivery::Drain(const std::function<bool()>& hurry, seconds patience) {
  auto progressed = Clock::now();
  std::size_t before = outbox_.batches();
  std::unique_lock lock(mutex_);
  while (outbox_.batches() > 0) {
    changed_.wait_for(lock, kLook);
    const std::size_t left = outbox_.batches();
    if (left == 0) break;
    const auto now = Clock::now();
    if (left != before) progressed = now;
    before = left;
    if ((hurry && hurry()) || AllFail() || now - progressed > patience) return false;
  }
  return true;
}

std::string Delivery::trouble() const {
  const std::lock_guard lock(mutex_);
  for (const Shard& shard : shards_) {
    if (!shard.failure.ok()) return shard.failure.message();
  }
  return {};
}

}  // namespace pdns::store_clickhouse
