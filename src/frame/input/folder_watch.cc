#include "frame/input/folder_watch.h"

#include <sys/inotify.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "base/log.h"

namespace pdns::frame {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kLookForFolder(1000);
constexpr std::uint32_t kEvents = IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_MOVED_FROM |
                                  IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_EXCL_UNLINK;

bool Hidden(const std::string& name) { return name.empty() || name.front() == '.'; }

bool IsRegular(const std::string& path) {
  std::error_code ignored;
  return fs::is_regular_file(fs::symlink_status(path, ignored));
}

}  // namespace

FolderWatch::FolderWatch(std::string folder, std::unique_ptr<Notices> notices)
    : folder_(std::move(folder)), notices_(std::move(notices)) {}

Result<std::unique_ptr<FolderWatch>> FolderWatch::Open(const std::string& folder) {
  auto notices = Notices::Open();
  if (!notices.ok()) return notices.status();
  std::unique_ptr<FolderWatch> watch(new FolderWatch(folder, std::move(*notices)));
  if (Status begun = watch->Begin(); !begun.ok()) return begun;
  return watch;
}

std::optional<std::string> FolderWatch::Next() {
  if (paths_.empty()) {
    for (const Notice& notice : notices_->Read()) Note(notice);
    if (gone_ && Begin().ok()) LogInfo("watch: " + folder_ + " is back");
  }
  while (!paths_.empty()) {
    std::string path = std::move(paths_.front());
    paths_.pop_front();
    waiting_.erase(path);
    if (IsRegular(path)) return path;  // it may have gone again
  }
  return std::nullopt;
}

// All anew, as at the start.
Status FolderWatch::Begin() {
  Forget(folder_);
  if (Status added = Add(folder_); !added.ok()) return added;
  std::sort(paths_.begin(), paths_.end());
  gone_ = false;
  notices_->Tick(std::chrono::milliseconds(0));
  return {};
}

// Watches a folder and those below, and yields the files there. The status is that of the topmost.
Status FolderWatch::Add(const std::string& folder) {
  std::vector<std::string> pending{folder};
  while (!pending.empty()) {
    const std::string here = std::move(pending.back());
    pending.pop_back();
    std::error_code error;
    // The watch comes before the list, so that nothing falls between.
    Status status = Watch(here);
    fs::directory_iterator it;
    if (status.ok()) it = fs::directory_iterator(here, error);
    for (; !error && it != fs::directory_iterator(); it.increment(error)) {
      std::error_code ignored;
      if (Hidden(it->path().filename())) continue;
      const bool subfolder = it->is_directory(ignored) && !it->is_symlink(ignored);
      subfolder ? pending.push_back(it->path()) : Yield(it->path());
    }
    if (error) status = Status::NoInput(here + ": cannot be read: " + error.message());
    if (status.ok()) continue;
    if (here == folder) return status;
    if (fs::exists(here, error)) warnings_.Warning(status.message());
  }
  return {};
}

Status FolderWatch::Watch(const std::string& folder) {
  const bool below = folder != folder_;  // where a link may have taken a folder's place
  const int watch = notices_->Watch(folder, kEvents | (below ? IN_DONT_FOLLOW : 0U));
  if (watch >= 0) {
    folders_[watch] = folder;
    return {};
  }
  const int error = errno;
  if (error == ENOSPC || error == ENOMEM || error == EBADF) {
    return Status::Io(folder + ": the system has no watch left: raise " +
                      "fs.inotify.max_user_watches and fs.inotify.max_user_instances");
  }
  return Status::NoInput(folder + ": cannot be watched: " + std::generic_category().message(error));
}

void FolderWatch::Note(const Notice& notice) {
  if ((notice.mask & IN_Q_OVERFLOW) != 0) {
    if (Status begun = Begin(); !begun.ok()) Vanish(begun.message());
    return;
  }
  const auto found = folders_.find(notice.watch);
  if (found == folders_.end()) return;  // of a folder that was forgotten meanwhile
  constexpr std::uint32_t kGone = IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT;
  if ((notice.mask & kGone) != 0 && found->second == folder_) return Vanish(folder_ + " is gone");
  if ((notice.mask & IN_IGNORED) != 0) {
    folders_.erase(found);
    return;
  }
  if (Hidden(notice.name)) return;
  const std::string path = fs::path(found->second) / notice.name;
  if ((notice.mask & IN_ISDIR) != 0) {
    NoteSubfolder(notice, path);
  } else if ((notice.mask & (IN_CLOSE_WRITE | IN_MOVED_TO)) != 0) {
    Yield(path);
  }
}

void FolderWatch::NoteSubfolder(const Notice& notice, const std::string& path) {
  if ((notice.mask & IN_MOVED_FROM) != 0) return Forget(path);
  if ((notice.mask & (IN_CREATE | IN_MOVED_TO)) == 0) return;
  const Status added = Add(path);
  std::error_code ignored;
  if (!added.ok() && fs::exists(path, ignored)) warnings_.Warning(added.message());
}

// Stops watching it and what is below.
void FolderWatch::Forget(const std::string& folder) {
  for (auto it = folders_.begin(); it != folders_.end();) {
    const std::string& path = it->second;
    const bool below = path.size() > folder.size() && path.compare(0, folder.size(), folder) == 0 &&
                       (path[folder.size()] == '/' || folder.back() == '/');
    if (path == folder || below) {
      notices_->Unwatch(it->first);
      it = folders_.erase(it);
    } else {
      ++it;
    }
  }
}

void FolderWatch::Vanish(const std::string& why) {
  Forget(folder_);
  if (!gone_) LogError("watch: " + why + "; waiting for it to come back");
  gone_ = true;
  notices_->Tick(kLookForFolder);
}

void FolderWatch::Yield(std::string path) {
  if (waiting_.insert(path).second) paths_.push_back(std::move(path));
}

}  // namespace pdns::frame
