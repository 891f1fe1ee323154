#include "net/handed.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

namespace pdns::net {
namespace {

constexpr std::size_t kLargestState = 1U << 30;  // more than peers may hold

Status Failed(const std::string& what) { return Status::Errno(what, errno); }

std::vector<char*> Pointers(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

// To their places from SD_LISTEN_FDS_START on, first out of each other's way.
Status MoveIntoPlace(std::vector<Handed>& handed) {
  const int above = SD_LISTEN_FDS_START + static_cast<int>(handed.size());
  for (Handed& one : handed) {
    const int moved = fcntl(one.fd.get(), F_DUPFD_CLOEXEC, above);
    if (moved < 0) return Failed("a descriptor cannot be handed on");
    one.fd = Descriptor(moved);
  }
  int place = SD_LISTEN_FDS_START;
  for (Handed& one : handed) {
    if (dup2(one.fd.get(), place++) < 0) return Failed("a descriptor cannot be handed on");
  }
  // What our parent left open, too, goes no further.
  close_range(static_cast<unsigned>(place), ~0U, CLOSE_RANGE_CLOEXEC);
  return {};
}

}  // namespace

std::vector<Handed> TakeHanded() {
  constexpr int kUnset = 1;
  char** names = nullptr;
  const int count = sd_listen_fds_with_names(kUnset, &names);
  std::vector<Handed> handed;
  handed.reserve(static_cast<std::size_t>(std::max(0, count)));
  for (int i = 0; i < count; ++i) {
    handed.push_back({names[i], Descriptor(SD_LISTEN_FDS_START + i)});
    fcntl(handed.back().fd.get(), F_SETFD, FD_CLOEXEC);
    std::free(names[i]);
  }
  std::free(names);
  return handed;
}

Result<Descriptor> StateFile(const std::string& bytes) {
  Descriptor file(memfd_create("pdns-state", MFD_CLOEXEC));
  if (!file.valid()) return Failed("memory file");
  for (std::size_t at = 0; at < bytes.size();) {
    const ssize_t written = write(file.get(), bytes.data() + at, bytes.size() - at);
    if (written < 0 && errno != EINTR) return Failed("memory file");
    if (written > 0) at += static_cast<std::size_t>(written);
  }
  return file;
}

Result<std::string> ReadStateFile(const Descriptor& file) {
  struct stat info {};
  if (fstat(file.get(), &info) != 0) return Failed("memory file");
  const auto size = static_cast<std::size_t>(info.st_size);
  if (!S_ISREG(info.st_mode) || size > kLargestState) return Status::Malformed("no memory file");
  std::string bytes(size, '\0');
  for (std::size_t at = 0; at < size;) {
    const ssize_t got = pread(file.get(), bytes.data() + at, size - at, static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return Failed("memory file");
    at += static_cast<std::size_t>(got);
  }
  return bytes;
}

Status Reexecute(const std::string& program, const std::vector<std::string>& arguments,
                 std::vector<Handed> handed) {
  if (Status moved = MoveIntoPlace(handed); !moved.ok()) return moved;
  std::string names;
  for (const Handed& one : handed) names += (names.empty() ? "" : ":") + one.name;
  setenv("LISTEN_PID", std::to_string(getpid()).c_str(), 1);
  setenv("LISTEN_FDS", std::to_string(handed.size()).c_str(), 1);
  setenv("LISTEN_FDNAMES", names.c_str(), 1);
  execv(program.c_str(), Pointers(arguments).data());
  return Failed(program + " cannot be executed");
}

}  // namespace pdns::net
