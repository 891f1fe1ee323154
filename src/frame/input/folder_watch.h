// Files as they become complete in a folder: folder -> [FolderWatch] -> paths.
//
// Complete is what was closed after writing or moved in, there or in a subfolder. Names that begin
// with a dot are passed over, as are links and what is no regular file. Those there at
// the start come first, in the byte order of their paths; where notices were lost, all come again.
// So a path may come twice, and one found by listing may still be written to: whoever takes them
// knows what it took (the ledger does), and such a file comes once more when it is closed.
//
// A folder that vanishes is said once and waited for. Guest: none; inotify, so not for network file
// systems. One thread at a time.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "base/log_limit.h"
#include "base/status.h"
#include "frame/input/notices.h"

namespace pdns::frame {

class FolderWatch {
 public:
  // kNoInput: no folder that can be read; kIo: no descriptor or watch is left.
  static Result<std::unique_ptr<FolderWatch>> Open(const std::string& folder);

  // The next path, which begins with the folder as it was given; nothing for now. Does not wait.
  std::optional<std::string> Next();

  const std::string& folder() const { return folder_; }  // as it was given

  // Readable when Next() may have more to give. Belongs to this object.
  int fd() const { return notices_->fd(); }

 private:
  FolderWatch(std::string folder, std::unique_ptr<Notices> notices);

  Status Begin();
  Status Add(const std::string& folder);
  Status Watch(const std::string& folder);
  void Note(const Notice& notice);
  void NoteSubfolder(const Notice& notice, const std::string& path);
  void Forget(const std::string& folder);
  void Vanish(const std::string& why);
  void Yield(std::string path);

  const std::string folder_;
  std::unique_ptr<Notices> notices_;
  std::map<int, std::string> folders_;  // by the number of their watch
  std::deque<std::string> paths_;       // not yet given out
  std::set<std::string> waiting_;       // the same ones
  bool gone_ = false;
  LogLimit warnings_{"watch"};
};

}  // namespace pdns::frame
