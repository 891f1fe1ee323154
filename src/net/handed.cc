#include "net/handed.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/close_range.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <set>
#include <sstream>
#include <string_view>

#include "base/argument_list.h"
#include "base/whole_number.h"

namespace pdns::net {
namespace {

// The environment's word for what a process handed to itself: "PID:FD" of a memory file with a line
// for each descriptor, its number and its name. Nothing is moved and nothing is opened but that
// file, so that whatever was open can be handed on, up to the last descriptor; and a list of names
// in the environment ends at 128 KiB.
constexpr const char* kOurList = "PDNS_HANDED";

constexpr std::size_t kLargestState = 1U << 30;  // more than peers may hold

Status Failed(const std::string& what) { return Status::Errno(what, errno); }

bool CloseOnExec(int fd, bool on) { return fcntl(fd, F_SETFD, on ? FD_CLOEXEC : 0) == 0; }

// "4711:12" -> 12, if 4711 is this process.
int ListFor(std::string_view value) {
  const std::size_t colon = std::min(value.find(':'), value.size());
  const auto number = [](std::string_view text) { return WholeNumber<int>(text).value_or(-1); };
  if (colon == value.size() || number(value.substr(0, colon)) != getpid()) return -1;
  return number(value.substr(colon + 1));
}

// What Reexecute left. A line that is none, or whose descriptor is none, is passed over.
void ReceiveOurs(std::vector<Handed>& handed) {
  const char* value = std::getenv(kOurList);
  if (value == nullptr) return;
  const Descriptor list(ListFor(value));
  unsetenv(kOurList);
  const auto lines = ReadStateFile(list);
  if (!lines.ok()) return;
  std::set<int> taken{list.get()};
  std::istringstream stream(*lines);
  for (std::string line; std::getline(stream, line);) {
    int fd = -1;
    const char* const end = line.data() + line.size();
    const auto [stop, error] = std::from_chars(line.data(), end, fd);
    if (error != std::errc() || stop == end || *stop != ' ' || fd <= STDERR_FILENO) continue;
    if (!taken.insert(fd).second || !CloseOnExec(fd, true)) continue;
    handed.push_back({std::string(stop + 1, end), Descriptor(fd)});
  }
}

}  // namespace

std::vector<Handed> ReceiveHanded() {
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
  ReceiveOurs(handed);
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
                 const std::vector<Handed>& handed) {
  std::string lines;
  for (const Handed& one : handed) lines += std::to_string(one.fd.get()) + ' ' + one.name + '\n';
  const auto list = StateFile(lines);
  if (!list.ok()) return list.status();
  // What our parent left open, too, goes no further.
  close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
  bool whole = CloseOnExec(list->get(), false);
  for (const Handed& one : handed) whole = CloseOnExec(one.fd.get(), false) && whole;
  Status failed = whole ? Status() : Failed("a descriptor cannot be handed on");
  if (whole) {
    setenv(kOurList, fmt::format("{}:{}", getpid(), list->get()).c_str(), 1);
    execv(program.c_str(), ArgumentList(arguments).data());
    failed = Failed(program + " cannot be executed");
  }
  unsetenv(kOurList);
  for (const Handed& one : handed) static_cast<void>(CloseOnExec(one.fd.get(), true));
  return failed;
}

}  // namespace pdns::net
