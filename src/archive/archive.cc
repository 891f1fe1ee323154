#include "archive/archive.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <thread>
#include <utility>
#include <vector>

#include "frame/control.h"
#include "frame/splitter.h"
#include "frame/stream_writer.h"

namespace pdns::archive {
namespace {

namespace fs = std::filesystem;

// Only the last folder of the path is made: of a path that is mistyped, or whose disk is not
// mounted, more is missing, and frames would go where nobody looks for them.
Status MakeDirectory(const std::string& directory) {
  constexpr mode_t kMode = 0750;
  const std::string what = "archive " + directory;
  if (directory.empty()) return Status::Usage("archive: name a folder");
  if (mkdir(directory.c_str(), kMode) != 0 && errno != EEXIST) {
    if (errno == ENOENT) return Status::Usage(what + ": the folder it is to stand in is missing");
    return Status::Errno(what + ": cannot be made", errno);
  }
  std::error_code error;
  if (!fs::is_directory(directory, error)) return Status::Usage(what + ": is no folder");
  return {};
}

// The descriptor that holds the archive of `name` as long as it is open. The system lets go of a
// flock(2) lock when its last descriptor is closed, also by kill -9, so no lock is ever left over.
// The file stays: removed, it could be held twice, once under its old inode and once under a new
// one.
Result<int> Lock(const std::string& directory, const std::string& name) {
  constexpr mode_t kMode = 0640;
  const std::string path = directory + "/." + name + ".lock";
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kMode);
  if (fd < 0) return Status::Errno("archive " + directory + ": cannot be written to", errno);
  if (flock(fd, LOCK_EX | LOCK_NB) == 0) return fd;
  const int error = errno;
  close(fd);
  if (error != EWOULDBLOCK) return Status::Errno("archive " + path + ": cannot be locked", error);
  return Status::Io("archive " + directory + ": another ingester writes files named " + name +
                    " there and holds " + path);
}

// Of compressions that were cut off: their originals are still there and are compressed anew. To be
// called under the lock, since the keeper of another ingester may be writing such a file.
void RemoveParts(const std::string& directory, const std::string& name) {
  std::vector<fs::path> parts;
  std::error_code error;
  for (fs::directory_iterator it(directory, error), end; !error && it != end; it.increment(error)) {
    if (IsPartName(name, it->path().filename().native())) parts.push_back(it->path());
  }
  for (const fs::path& part : parts) unlink(part.c_str());
}

}  // namespace

Result<std::unique_ptr<Archive>> Archive::Open(Options options, Hooks hooks, System system) {
  if (Status name = CheckName(options.name); !name.ok()) return name;
  if (Status made = MakeDirectory(options.directory); !made.ok()) return made;
  const auto lock = Lock(options.directory, options.name);
  if (!lock.ok()) return lock.status();
  RemoveParts(options.directory, options.name);
  return std::unique_ptr<Archive>(
      new Archive(std::move(options), std::move(hooks), std::move(system), *lock));
}

Status Archive::Check(const Options& options, bool ours) {
  if (Status name = CheckName(options.name); !name.ok()) return name;
  if (Status made = MakeDirectory(options.directory); !made.ok()) return made;
  if (access(options.directory.c_str(), R_OK | W_OK | X_OK) != 0)
    return Status::Errno("archive " + options.directory + ": cannot be written to", errno);
  // A second flock() of this process would be refused as another's is: the lock belongs to the
  // descriptor that was opened, not to the process.
  if (ours) return {};
  const auto lock = Lock(options.directory, options.name);
  if (!lock.ok()) return lock.status();
  close(*lock);
  return {};
}

Archive::Archive(Options options, Hooks hooks, System system, int lock)
    : options_(std::move(options)),
      hooks_(std::move(hooks)),
      system_(std::move(system)),
      lock_(lock),
      keeper_({options_.directory,
               options_.name,
               {options_.keep_for, options_.keep_bytes},
               options_.compress},
              system_),
      writer_({options_.directory, options_.name, options_.min_free, options_.buffer}, system_,
              keeper_) {}

Archive::~Archive() { Close(); }

const source::Place* Archive::Append(Bytes payload) {
  const std::size_t size = frame::kFrameHeader + payload.size();
  // First: where this frame does not fit any more, it begins the next file.
  if (lock_ >= 0) EndIfDue(size);
  const bool fits = !payload.empty() && payload.size() <= frame::kMaxFrameLength;
  // BeginIfNone comes last in the chain: a frame that is not taken must begin no file, since no
  // file is without frames.
  const bool taken =
      lock_ >= 0 && fits && !writer_.paused() && writer_.HasRoom(size) && BeginIfNone(payload);
  if (!taken) {
    ++left_out_;
    return nullptr;
  }
  writer_.Add(payload);
  // Behind the frame, as a reader of the file counts: header and payload, from the START frame on.
  place_.Move(payload, place_.bytes() + size);
  return &place_;
}

bool Archive::AwaitRoom(std::size_t size, std::chrono::milliseconds longest) const {
  constexpr std::chrono::milliseconds kLook(1);
  const auto until = std::chrono::steady_clock::now() + longest;
  const auto room = [&] { return writer_.paused() || writer_.HasRoom(frame::kFrameHeader + size); };
  // The writer tells nobody of room: two atomic reads each millisecond, and only by one who waits,
  // cost less than a notice after each write.
  while (!room() && std::chrono::steady_clock::now() < until) std::this_thread::sleep_for(kLook);
  return room();
}

void Archive::Tick() { EndIfDue(0); }

void Archive::Rotate() {
  if (!open_) return;
  ++rotations_;
  EndFile();
}

bool Archive::Flush() { return writer_.Flush(); }

void Archive::Close() {
  if (lock_ < 0) return;
  // In this order: the keeper may be told of files until the writer has ended, and the next process
  // may have the folder only when neither touches it any more.
  if (open_) EndFile();
  writer_.Finish();
  keeper_.Stop();
  close(lock_);
  lock_ = -1;
}

void Archive::EndIfDue(std::uint64_t next) {
  if (!open_) return;
  const RotateRule rotate{options_.rotate_after, options_.rotate_bytes};
  if (RotationDue(rotate, system_.steady() - begun_, place_.bytes(), next)) {
    Rotate();
  } else if (!writer_.CanGoOn()) {
    // The disk took no more of this file: what comes now goes to another. No rule asked for that,
    // so it is not counted as a rotation.
    EndFile();
  }
}

// A file begins with a frame, never empty: its source is known by the hash of the first frame.
bool Archive::BeginIfNone(Bytes payload) {
  if (open_) return true;
  // A reader of the file stands here before its first data frame.
  static const std::size_t kStart = frame::EncodeControl(frame::ControlType::kStart).size();
  const auto id = hooks_.on_begin(Sha256(payload));
  if (!id.ok()) {
    // Without a source there is no place, and a frame without a place would be stored again by a
    // run over the archive.
    writer_.Pause(id.status().message());
    return false;
  }
  // Named by the clock that people read; its age is measured by one that is never set.
  writer_.Begin(std::chrono::floor<std::chrono::seconds>(system_.now()));
  open_ = true;
  place_ = source::Place(*id, {.bytes = kStart});
  begun_ = system_.steady();
  return true;
}

void Archive::EndFile() {
  open_ = false;
  writer_.End();
  // Only now: from here on others may claim the file, and its last frame is queued already.
  hooks_.on_end(place_.id(), place_.position());
}

Figures Archive::figures() const {
  const auto written = writer_.figures();
  const auto kept = keeper_.figures();
  Figures figures;
  figures.frames = written.frames;
  figures.bytes = written.bytes;
  figures.files = written.files;
  figures.left_out = left_out_ + written.lost;
  figures.rotations = rotations_;
  figures.removed = kept.removed;
  figures.compressed = kept.compressed;
  figures.pauses = written.pauses;
  figures.paused = written.paused;
  figures.disk_free = written.disk_free;
  figures.file = written.file;
  return figures;
}

}  // namespace pdns::archive
