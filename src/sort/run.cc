#include "sort/run.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

namespace pdns::sort {
namespace {

// In front of every item.
struct ItemHead {
  std::uint32_t key_size;
  std::uint32_t payload_size;
};

// Where the file system knows no files without names, one that loses its name at once.
int OpenUnnamed(const std::string& folder) {
  constexpr mode_t kMode = 0600;  // answers are nobody else's business
  const int fd = open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, kMode);
  if (fd >= 0) return fd;
  std::string path = folder + "/pdns-sort.XXXXXX";
  const int named = mkostemp(path.data(), O_CLOEXEC);
  if (named >= 0) unlink(path.c_str());
  return named;
}

// Reads one run from front to end.
class RunReader {
 public:
  RunReader(const SortedRun& run, std::size_t block) : run_(run), block_(block) {}

  // False: there is no further item.
  Result<bool> Next() {
    if (start_ == end_ && at_ == run_.size()) return false;
    ItemHead head{};
    if (Status status = Have(sizeof(head)); !status.ok()) return status;
    std::memcpy(&head, bytes_.data() + start_, sizeof(head));
    if (head.key_size > kMaxPart || head.payload_size > kMaxPart) {
      return Status::Io("a file of the sort holds other bytes than were written");
    }
    const std::size_t size = sizeof(head) + head.key_size + head.payload_size;
    if (Status status = Have(size); !status.ok()) return status;
    const std::string_view parts = std::string_view(bytes_).substr(start_ + sizeof(head));
    item_ = {parts.substr(0, head.key_size), parts.substr(head.key_size, head.payload_size)};
    start_ += size;
    return true;
  }

  // Good until Next.
  const Item& item() const { return item_; }

 private:
  // Sees to it that `count` bytes from start_ on are there.
  Status Have(std::size_t count) {
    if (end_ - start_ >= count) return {};
    std::copy(bytes_.data() + start_, bytes_.data() + end_, bytes_.data());
    end_ -= std::exchange(start_, 0);
    bytes_.resize(std::max({count, block_, bytes_.size()}));
    const std::size_t missing = count - end_;
    const auto more =
        static_cast<std::size_t>(std::min<std::uint64_t>(bytes_.size() - end_, run_.size() - at_));
    // Less than that is there only if the sizes are wrong: the read then says so.
    const std::size_t wanted = std::max(missing, more);
    if (Status status = run_.Read(at_, bytes_.data() + end_, wanted); !status.ok()) return status;
    at_ += wanted;
    end_ += wanted;
    return {};
  }

  const SortedRun& run_;
  std::size_t block_;
  std::uint64_t at_ = 0;  // in the run, behind what bytes_ holds
  std::string bytes_;     // its part start_..end_ is unread
  std::size_t start_ = 0;
  std::size_t end_ = 0;
  Item item_;
};

// The next item of several runs, by a heap of their readers.
class Merger {
 public:
  Status Open(std::span<const std::unique_ptr<SortedRun>> runs, std::size_t block) {
    readers_.reserve(runs.size());
    for (const auto& run : runs) {
      readers_.emplace_back(*run, block);
      if (Status status = Enter(readers_.size() - 1); !status.ok()) return status;
    }
    return {};
  }

  bool AtEnd() const { return heap_.empty(); }
  const Item& item() const { return readers_[heap_.front()].item(); }

  Status Next() {
    std::pop_heap(heap_.begin(), heap_.end(), After{this});
    const std::size_t reader = heap_.back();
    heap_.pop_back();
    return Enter(reader);
  }

 private:
  struct After {
    const Merger* merger;
    bool operator()(std::size_t a, std::size_t b) const {
      const auto& readers = merger->readers_;
      const int order = readers[a].item().key.compare(readers[b].item().key);
      return order != 0 ? order > 0 : a > b;
    }
  };

  Status Enter(std::size_t reader) {
    const auto there = readers_[reader].Next();
    if (!there.ok()) return there.status();
    if (!*there) return {};
    heap_.push_back(reader);
    std::push_heap(heap_.begin(), heap_.end(), After{this});
    return {};
  }

  std::vector<RunReader> readers_;
  std::vector<std::size_t> heap_;  // of those that hold an item; in front the one to be next
};

}  // namespace

Result<std::unique_ptr<SortedRun>> SortedRun::Create(const std::string& folder, unsigned level) {
  const int fd = OpenUnnamed(folder);
  if (fd < 0) return Status::Errno("sorting: no file can be made in folder " + folder, errno);
  return std::unique_ptr<SortedRun>(new SortedRun(fd, folder, level));
}

SortedRun::~SortedRun() { close(fd_); }

Status SortedRun::Append(std::string_view bytes) {
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t written = write(fd_, bytes.data() + done, bytes.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      const int error = written < 0 ? errno : ENOSPC;
      return Status::Errno(fmt::format("sorting: {} bytes more, behind {}, cannot be written to a "
                                       "file in folder {}",
                                       bytes.size() - done, size_ + done, folder_),
                           error);
    }
    done += static_cast<std::size_t>(written);
  }
  size_ += bytes.size();
  return {};
}

Status SortedRun::Read(std::uint64_t at, char* bytes, std::size_t count) const {
  for (std::size_t done = 0; done < count;) {
    const ssize_t got = pread(fd_, bytes + done, count - done, static_cast<off_t>(at + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      const std::string what =
          fmt::format("sorting: {} bytes at {} cannot be read from a file in folder {}",
                      count - done, at + done, folder_);
      return got < 0 ? Status::Errno(what, errno) : Status::Io(what + ": it ends there");
    }
    done += static_cast<std::size_t>(got);
  }
  return {};
}

Status RunWriter::Add(const Item& item) {
  const ItemHead head{static_cast<std::uint32_t>(item.key.size()),
                      static_cast<std::uint32_t>(item.payload.size())};
  bytes_.append(reinterpret_cast<const char*>(&head), sizeof(head));
  bytes_.append(item.key).append(item.payload);
  return bytes_.size() < block_ ? Status() : Finish();
}

Status RunWriter::Finish() {
  Status status = run_.Append(bytes_);
  bytes_.clear();
  return status;
}

Status MergeRuns(std::span<const std::unique_ptr<SortedRun>> runs, std::size_t block, bool unique,
                 const EachItem& each) {
  Merger merger;
  if (Status status = merger.Open(runs, block); !status.ok()) return status;
  std::string last;
  bool first = true;
  while (!merger.AtEnd()) {
    const Item& item = merger.item();
    if (!unique || first || item.key != last) {
      const auto on = each(item);
      if (!on.ok()) return on.status();
      if (!*on) return {};
      if (unique) last = item.key;
      first = false;
    }
    if (Status status = merger.Next(); !status.ok()) return status;
  }
  return {};
}

}  // namespace pdns::sort
