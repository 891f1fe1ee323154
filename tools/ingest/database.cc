#include "tools/ingest/database.h"

#include <fmt/format.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "base/log.h"
#include "base/wait.h"
#include "net/notify.h"

namespace pdns::tools {
namespace {

using std::chrono::seconds;
using Clock = std::chrono::steady_clock;

constexpr seconds kLongestPause(30);
constexpr seconds kLookAtSize(1);
constexpr seconds kSayAgain(600);

// Of the disk of `path`; where it does not tell, nobody is to wait for it.
std::uint64_t FreeOf(const std::string& path) {
  struct statvfs disk {};
  if (statvfs(path.c_str(), &disk) != 0) return std::numeric_limits<std::uint64_t>::max();
  return std::uint64_t{disk.f_bavail} * disk.f_frsize;
}

}  // namespace

WriteSetup SetupOf(const IngestOptions& options, const Place& place) {
  WriteSetup setup;
  setup.place = place;
  setup.rocks.memory = options.memory / 4;
  setup.rocks.journal_keep = options.journal_keep.age;
  setup.rocks.journal_rows = options.journal_keep.rows;
  if (options.database_limits.most > 0) setup.cluster.most_outbox = options.database_limits.most;
  // What resolvers send is not to wait for a server.
  setup.cluster.live = options.live();
  constexpr std::chrono::seconds kLiveWait(5);
  if (options.live()) setup.cluster.room = setup.cluster.patience = kLiveWait;
  return setup;
}

IngestDatabase::IngestDatabase(Setup setup) : setup_(std::move(setup)), size_(setup_.limits) {
  storing_.Set(ingest::Storing::State::kUnavailable);
}

IngestDatabase::~IngestDatabase() { EndWait(); }

Status IngestDatabase::Open(const DiskTrouble& before) {
  if (setup_.live && !before.reason.ok()) {
    BeginWait(before.reason, before.pause);
    return {};
  }
  Status opened = TryOpen();
  if (opened.code() == Code::kDisk && setup_.live) {
    BeginWait(opened, DiskTrouble().pause);
    return {};
  }
  if (!opened.ok()) return opened;
  LookAtSize();
  return {};
}

void IngestDatabase::Start() {
  if (waits() || (setup_.live && setup_.limits.any())) thread_ = std::thread([this] { Run(); });
}

void IngestDatabase::EndWait() {
  ended_.Request();
  if (thread_.joinable()) thread_.join();
}

Status IngestDatabase::TryOpen() {
  auto opened = OpenWriter(setup_.how);
  if (!opened.ok()) return opened.status();
  owner_ = std::move(*opened);
  writer_ = owner_.get();
  return {};
}

void IngestDatabase::BeginWait(const Status& reason, seconds pause) {
  LogError(reason.message() +
           ": waiting for it; what comes in is archived where there is an archive, "
           "else it is lost");
  net::Notify("STATUS=waiting for the database: " + reason.message());
  pause_ = pause;
}

void IngestDatabase::Run() {
  if (waits()) {
    if (!WaitUntilOpen() || (setup_.on_open && !setup_.on_open())) return;
    LookAtSize();
  }
  while (setup_.limits.any() && !WaitForStop(ended_, kLookAtSize)) {
    if (!storing_.on()) LookAtSize();
  }
}

bool IngestDatabase::WaitUntilOpen() {
  const auto start = Clock::now();
  auto said = start;
  while (!WaitForStop(ended_, pause_)) {
    const Status opened = TryOpen();
    const auto now = Clock::now();
    const auto waited = std::chrono::duration_cast<seconds>(now - start);
    if (opened.ok()) {
      LogInfo(fmt::format("database {}: open after {} s", setup_.how.place.text, waited.count()));
      net::Notify("STATUS=the database is open");
      return true;
    }
    // Somebody else may have it for a while, too.
    if (opened.code() != Code::kDisk && opened.code() != Code::kBusy) {
      {
        const std::lock_guard lock(mutex_);
        wait_failure_ = opened;
      }
      if (setup_.on_failure) setup_.on_failure();
      return false;
    }
    if (now - said >= kSayAgain) {
      said = now;
      LogError(fmt::format("{}: waiting for it since {} s", opened.message(), waited.count()));
    }
    pause_ = std::min(2 * pause_, kLongestPause);
  }
  return false;
}

void IngestDatabase::LookAtSize() {
  using State = ingest::Storing::State;
  if (!setup_.limits.any()) return storing_.Set(State::kOn);
  const std::lock_guard lock(mutex_);
  const store::Figures figures = writer()->figures();
  const bool grows =
      size_.MayGrow(figures.disk_bytes + figures.log_bytes, FreeOf(setup_.how.place.directory));
  const State state = grows ? State::kOn : State::kFull;
  const State before = storing_.state();
  storing_.Set(state);
  if (state == before || (grows && before == State::kUnavailable)) return;
  const std::string what = grows ? "it may grow again: frames are stored from now on"
                                 : "full: " + size_.reason() + ": nothing more is stored";
  const Place& place = setup_.how.place;
  warnings_.Warning(place.cluster.has_value() ? "outbox " + place.directory + ": " + what
                                              : "database " + place.text + ": " + what);
  net::Notify("STATUS=database " + what);
}

ingest::Sink IngestDatabase::sink() {
  return {[this](const record::SourceId& id) -> Result<std::optional<record::Position>> {
            store::Writer* writer = writer_;
            if (writer == nullptr) return NotOpen();
            return writer->Progress(id);
          },
          [this](const record::Batch& batch) { return Apply(batch); }, &storing_};
}

Result<record::Applied> IngestDatabase::Apply(const record::Batch& batch) {
  store::Writer* writer = writer_;
  if (writer == nullptr) return NotOpen();
  const WriterTurns::Turn turn(turns_, WriterTurns::Who::kBatch);
  auto applied = writer->Apply(batch);
  if (applied.ok()) {
    if (setup_.limits.any()) LookAtSize();
  } else if (applied.status().code() == Code::kDisk) {
    const std::lock_guard lock(mutex_);
    if (disk_failure_.ok()) disk_failure_ = applied.status();
  }
  return applied;
}

Status IngestDatabase::With(const std::function<Status(store::Writer&)>& work) {
  store::Writer* writer = writer_;
  if (writer == nullptr) return NotOpen();
  const WriterTurns::Turn turn(turns_, WriterTurns::Who::kCommand);
  // What the database's disk refuses a command it refuses the next batch, too, which then ends the
  // run.
  return work(*writer);
}

Result<store::Writer*> IngestDatabase::Beside() {
  store::Writer* writer = writer_;
  if (writer == nullptr) return NotOpen();
  return writer;
}

Result<std::unique_ptr<store::Snapshot>> IngestDatabase::Read() {
  const Place& place = setup_.how.place;
  if (place.cluster.has_value())
    return Status::Usage("database " + place.text + ": rows of a cluster are not this process's");
  store_rocks::ReadOptions how;
  how.filters = false;  // all of it is read, in order
  const auto opened = store_rocks::OpenDatabase(place.directory, how);
  if (!opened.ok()) return opened.status();
  return (*opened)->NewSnapshot();  // which holds what it reads from
}

Status IngestDatabase::NotOpen() const {
  return Status::Disk("database " + setup_.how.place.text + ": not open yet");
}

Status IngestDatabase::Close(bool goes_on) {
  if (owner_ == nullptr) return {};
  // Resolvers are not to wait for servers.
  const bool leave = goes_on && setup_.how.place.cluster.has_value();
  Status closed = leave ? Status() : owner_->Close();
  writer_ = nullptr;
  owner_.reset();
  return closed;
}

Status IngestDatabase::disk_failure() const {
  const std::lock_guard lock(mutex_);
  return disk_failure_;
}

Status IngestDatabase::wait_failure() const {
  const std::lock_guard lock(mutex_);
  return wait_failure_;
}

}  // namespace pdns::tools
