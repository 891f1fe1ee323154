#include "store_clickhouse/write/outbox.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <set>
#include <utility>

#include "base/log.h"
#include "base/whole_number.h"
#include "store_clickhouse/schema.h"

namespace pdns::store_clickhouse {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxNote = 64U << 10;
constexpr std::size_t kMaxCommit = 1U << 30;
constexpr std::string_view kWriterMagic = "pdns outbox 1\n";
constexpr const char* kWriterName = "writer";
constexpr const char* kOk = "ok";

// "00000000000000000012.3": a part, "….ok": the promise. Nothing for other names.
struct FileName {
  std::uint64_t sequence = 0;
  bool ok = false;
  bool temporary = false;
  std::size_t shard = 0;
};

std::optional<FileName> ParseName(const std::string& name) {
  constexpr std::size_t kDigits = 20;
  if (name.size() < kDigits + 2 || name[kDigits] != '.') return std::nullopt;
  FileName file;
  if (!ReadWholeNumber(std::string_view(name).substr(0, kDigits), file.sequence))
    return std::nullopt;
  const std::string_view suffix = std::string_view(name).substr(kDigits + 1);
  file.ok = suffix == kOk;
  file.temporary = suffix == "tmp";
  if (!file.ok && !file.temporary && !ReadWholeNumber(suffix, file.shard)) return std::nullopt;
  return file;
}

std::string NewWriterId() {
  std::random_device device;
  std::string id;
  while (id.size() < kWriterIdSize) AppendU32(id, device());
  return id;
}

}  // namespace

Result<std::unique_ptr<Outbox>> Outbox::Open(Options options) {
  std::error_code error;
  fs::create_directories(options.directory, error);
  if (error) {
    return Status::DiskErrno("outbox " + options.directory + ": cannot be made", error.value());
  }
  auto lock = DirectoryLock::Acquire(options.directory + "/lock");
  if (!lock.ok()) return Status(lock.status().code(), "outbox " + lock.status().message());
  std::unique_ptr<Outbox> outbox(new Outbox(std::move(options), std::move(*lock)));
  if (Status loaded = outbox->Load(); !loaded.ok())
    return Status(loaded.code(), "outbox " + loaded.message());
  return outbox;
}

std::string Outbox::Path(std::uint64_t sequence, const char* suffix) const {
  return fmt::format("{}/{:020}.{}", options_.directory, sequence, suffix);
}

std::string Outbox::PartPath(std::uint64_t sequence, std::size_t shard) const {
  return Path(sequence, std::to_string(shard).c_str());
}

Status Outbox::Load() {
  if (Status loaded = LoadBatches(); !loaded.ok()) return loaded;
  return LoadWriter();
}

// Parts without a promise are what a crash left. A part that is missing beside its promise was
// acknowledged.
Status Outbox::LoadBatches() {
  std::set<std::uint64_t> promised;
  std::map<std::uint64_t, std::vector<std::uint64_t>> sizes;  // of parts, by shard; 0: not there
  std::vector<std::string> temporary;
  std::error_code error;
  for (fs::directory_iterator at(options_.directory, error), end; !error && at != end;
       at.increment(error)) {
    const auto name = ParseName(at->path().filename().string());
    if (!name.has_value()) continue;
    if (name->temporary) temporary.push_back(at->path().string());
    if (name->ok) promised.insert(name->sequence);
    if (name->ok || name->temporary) continue;
    if (name->shard >= kMaxShards)
      return Status::Corrupt(at->path().string() + ": there is no such shard");
    auto& parts = sizes[name->sequence];
    parts.resize(std::max(parts.size(), name->shard + 1));
    std::error_code unknown;
    parts[name->shard] = fs::file_size(at->path(), unknown);
  }
  if (error) return Status::DiskErrno(options_.directory, error.value());
  for (const std::string& path : temporary) {
    if (Status removed = RemoveFile(path); !removed.ok()) return removed;
  }
  for (const auto& [sequence, parts] : sizes) {
    if (!promised.contains(sequence)) RemoveParts(sequence, parts.size());
  }
  for (const std::uint64_t sequence : promised) {
    if (Status loaded = LoadBatch(sequence, sizes[sequence]); !loaded.ok()) return loaded;
  }
  if (!promised.empty()) newest_ = *promised.rbegin();
  for (const std::uint64_t sequence : promised) {
    if (batches_.contains(sequence) || sequence == newest_) continue;
    if (Status removed = RemoveFile(Path(sequence, kOk)); !removed.ok()) return removed;
  }
  return {};
}

Status Outbox::LoadBatch(std::uint64_t sequence, const std::vector<std::uint64_t>& sizes) {
  const std::string path = Path(sequence, kOk);
  const auto bytes = ReadFile(path, kMaxCommit);
  if (!bytes.ok()) return bytes.status();
  auto commit = bytes->has_value() ? DecodeCommit(AsBytes(**bytes)) : std::nullopt;
  if (!commit.has_value()) {
    return Status::Corrupt(
        path +
        ": it is damaged: move it away with the files that begin alike, whose batch is lost");
  }
  Batch batch;
  batch.waiting.resize(commit->parts.size());
  std::uint64_t waiting = 0;
  for (std::size_t shard = 0; shard < std::max(sizes.size(), commit->parts.size()); ++shard) {
    const std::uint64_t size = shard < sizes.size() ? sizes[shard] : 0;
    if (size == 0) continue;
    if (shard >= commit->parts.size() || size != commit->parts[shard].size)
      return Status::Corrupt(PartPath(sequence, shard) + ": it has not the size that was written");
    batch.waiting[shard] = true;
    waiting += size;
  }
  if (waiting == 0) return {};  // the newest, whose number is all that matters
  for (const auto& source : commit->sources) positions_[source.id] = {sequence, source.position};
  bytes_ += waiting;
  batch.commit = std::move(*commit);
  batches_.emplace(sequence, std::move(batch));
  return {};
}

Status Outbox::LoadWriter() {
  const std::string path = options_.directory + "/" + kWriterName;
  auto text = ReadFile(path, kMaxNote);
  if (!text.ok()) return text.status();
  const std::string place =
      fmt::format("cluster {}\nshards {}\n", options_.cluster, options_.shards);
  constexpr std::string_view kId = "id ";
  constexpr std::size_t kIdLine = kId.size() + 2 * kWriterIdSize + 1;
  if (text->has_value()) {
    const std::string_view all = **text;
    const auto id = all.size() < kWriterMagic.size() + kIdLine
                        ? std::nullopt
                        : FromHex(all.substr(kWriterMagic.size() + kId.size(), 2 * kWriterIdSize));
    if (!all.starts_with(kWriterMagic) || !id.has_value())
      return Status::Corrupt(path + ": it is no file of an outbox, or damaged");
    writer_id_ = *id;
    const std::string_view before = all.substr(kWriterMagic.size() + kIdLine);
    if (before == place) return {};
    if (!batches_.empty()) {
      return Status::Usage(fmt::format(
          "{}: {} batches for another cluster wait in it: run pdns-ingest with the address of that "
          "one first, or give another outbox. It was: {}",
          options_.directory, batches_.size(), Printable(before.substr(0, before.find('\n')))));
    }
  } else if (newest_ != 0) {
    return Status::Corrupt(path + ": it is missing, so that nobody knows whose batches these are");
  } else {
    writer_id_ = NewWriterId();
  }
  const std::string bytes =
      fmt::format("{}{}{}\n{}", kWriterMagic, kId, ToHex(AsBytes(writer_id_)), place);
  return WriteNote(kWriterName, bytes);
}

std::uint64_t Outbox::next_sequence() const {
  const std::lock_guard lock(mutex_);
  return newest_ + 1;
}

Status Outbox::WriteParts(std::uint64_t sequence, std::span<const Pieces> bodies,
                          std::vector<CommitRecord::Part>& parts) const {
  for (std::size_t shard = 0; shard < bodies.size(); ++shard) {
    PartHash hash;
    const Pieces hashed = [&](const PieceSink& sink) {
      return bodies[shard]([&](std::string_view piece) {
        hash.Add(piece);
        return sink(piece);
      });
    };
    if (Status written = WriteFile(PartPath(sequence, shard), hashed); !written.ok())
      return written;
    parts.push_back(hash.Finish());
  }
  return SyncDirectory(options_.directory);
}

// Its last step may have failed behind the rename: then nobody knows.
Status Outbox::Promise(std::uint64_t sequence, const CommitRecord& commit) {
  const std::string temporary = Path(sequence, "tmp");
  Status written = WriteFile(temporary, CommitBytes(commit));
  if (written.ok()) written = RenameFile(temporary, Path(sequence, kOk));
  if (!written.ok()) {
    static_cast<void>(RemoveFile(temporary));
    return written;
  }
  Status synced = SyncDirectory(options_.directory);
  if (synced.ok()) return {};
  const std::lock_guard lock(mutex_);
  failed_ = Status(synced.code(), "the last batch may be stored: " + synced.message());
  return failed_;
}

void Outbox::RemoveParts(std::uint64_t sequence, std::size_t shards) const {
  for (std::size_t shard = 0; shard < shards; ++shard) {
    if (Status removed = RemoveFile(PartPath(sequence, shard)); !removed.ok())
      LogWarning("outbox " + removed.message());
  }
}

Status Outbox::Commit(std::span<const Pieces> bodies,
                      std::span<const record::SourcePosition> sources) {
  const std::uint64_t sequence = next_sequence();
  {
    const std::lock_guard lock(mutex_);
    if (!failed_.ok()) return failed_;
  }
  Batch batch;
  batch.commit.sources.assign(sources.begin(), sources.end());
  batch.waiting.assign(bodies.size(), true);
  Status written = WriteParts(sequence, bodies, batch.commit.parts);
  if (written.ok()) written = Promise(sequence, batch.commit);
  if (!written.ok()) {
    const std::lock_guard lock(mutex_);
    if (failed_.ok()) RemoveParts(sequence, bodies.size());
    return {written.code(), "outbox " + written.message()};
  }
  std::uint64_t size = 0;
  for (const CommitRecord::Part& part : batch.commit.parts) size += part.size;
  std::uint64_t before = 0;
  {
    const std::lock_guard lock(mutex_);
    before = batches_.contains(newest_) ? 0 : newest_;
    newest_ = sequence;
    bytes_ += size;
    for (const auto& source : sources) positions_[source.id] = {sequence, source.position};
    batches_.emplace(sequence, std::move(batch));
  }
  // A failure costs a file that the next start removes.
  if (before != 0) static_cast<void>(RemoveFile(Path(before, kOk)));
  return {};
}

bool Outbox::full() const {
  const std::lock_guard lock(mutex_);
  return bytes_ >= options_.most;
}

std::vector<Outbox::Waiting> Outbox::Next(std::size_t shard, std::uint64_t bytes,
                                          std::size_t batches) const {
  const std::lock_guard lock(mutex_);
  std::vector<Waiting> next;
  std::uint64_t sum = 0;
  for (const auto& [sequence, batch] : batches_) {
    if (!batch.waiting[shard]) continue;
    const std::uint64_t size = batch.commit.parts[shard].size;
    if (!next.empty() && (sum + size > bytes || next.size() >= batches)) break;
    sum += size;
    next.push_back({sequence, size});
  }
  return next;
}

Result<FileReader> Outbox::Open(std::uint64_t sequence, std::size_t shard) const {
  CommitRecord::Part part;
  {
    const std::lock_guard lock(mutex_);
    part = batches_.at(sequence).commit.parts[shard];
  }
  const std::string path = PartPath(sequence, shard);
  auto looked = FileReader::Open(path);
  if (!looked.ok()) return looked;
  PartHash hash;
  std::string block(PartHash::kBlock, '\0');
  while (true) {
    const auto count = looked->Read(block.data(), block.size());
    if (!count.ok()) return count.status();
    if (*count == 0) break;
    hash.Add(std::string_view(block).substr(0, *count));
  }
  if (hash.Finish() != part)
    return Status::Corrupt("outbox " + path + ": it is not what was written");
  return FileReader::Open(path);
}

Status Outbox::Acknowledge(std::size_t shard, std::uint64_t sequence) {
  std::vector<std::string> gone;
  {
    const std::lock_guard lock(mutex_);
    for (auto at = batches_.begin(); at != batches_.end() && at->first <= sequence;) {
      auto& [number, batch] = *at;
      if (batch.waiting[shard]) {
        batch.waiting[shard] = false;
        bytes_ -= batch.commit.parts[shard].size;
        gone.push_back(PartPath(number, shard));
      }
      const bool waits =
          std::find(batch.waiting.begin(), batch.waiting.end(), true) != batch.waiting.end();
      if (waits) {
        ++at;
        continue;
      }
      for (const auto& source : batch.commit.sources) {
        const auto found = positions_.find(source.id);
        if (found != positions_.end() && found->second.first == number) positions_.erase(found);
      }
      if (number != newest_) gone.push_back(Path(number, kOk));
      at = batches_.erase(at);
    }
  }
  // In this order: parts before their promise, which would else make them parts of a crash.
  for (const std::string& path : gone) {
    if (Status removed = RemoveFile(path); !removed.ok()) return removed;
  }
  return {};
}

std::optional<record::Position> Outbox::PositionOf(const record::SourceId& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = positions_.find(id);
  if (found == positions_.end()) return std::nullopt;
  return found->second.second;
}

std::uint64_t Outbox::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

std::size_t Outbox::batches() const {
  const std::lock_guard lock(mutex_);
  return batches_.size();
}

std::size_t Outbox::batches(std::size_t shard) const {
  const std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(
      std::count_if(batches_.begin(), batches_.end(),
                    [shard](const auto& one) { return one.second.waiting[shard]; }));
}

Result<std::optional<std::string>> Outbox::ReadNote(const std::string& name) const {
  return ReadFile(options_.directory + "/" + name, kMaxNote);
}

Status Outbox::WriteNote(const std::string& name, std::string_view text) const {
  const std::string path = options_.directory + "/" + name;
  Status written = WriteFile(path + ".new", text);
  if (written.ok()) written = RenameFile(path + ".new", path);
  if (written.ok()) written = SyncDirectory(options_.directory);
  return written;
}

}  // namespace pdns::store_clickhouse
