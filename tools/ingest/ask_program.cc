#include "tools/ingest/ask_program.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <string_view>

#include "base/argument_list.h"
#include "base/bytes.h"
#include "net/descriptor.h"

namespace pdns::tools {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t kMostWords = 4096;  // bytes that are kept of what it says

// What a child of ours gets: both outputs into the pipe, nothing else that is open here, and no
// signal blocked.
int Spawn(const std::string& program, const std::vector<std::string>& arguments,
          const std::vector<std::string>& environment, int pipe, pid_t& child) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, pipe, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, pipe, STDERR_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  const int error = posix_spawn(&child, program.c_str(), &files, &attributes,
                                ArgumentList(arguments).data(), ArgumentList(environment).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return error;
}

// Reads the child's words until it ends. False: it was not over in time, or `hurry`.
bool Listen(int pipe, int child, const Stop& hurry, milliseconds longest, std::string& words) {
  const auto until = Clock::now() + longest;
  std::array<char, kMostWords> block{};
  for (bool open = true; !hurry.requested();) {
    const auto left = std::chrono::ceil<milliseconds>(until - Clock::now());
    if (left.count() <= 0) return false;
    std::array<pollfd, 3> fds{
        {{open ? pipe : -1, POLLIN, 0}, {child, POLLIN, 0}, {hurry.fd(), POLLIN, 0}}};
    if (poll(fds.data(), fds.size(), static_cast<int>(left.count())) < 0 && errno != EINTR)
      return false;
    if (fds[0].revents != 0) {
      const ssize_t got = read(pipe, block.data(), block.size());
      open = got > 0 || (got < 0 && (errno == EINTR || errno == EAGAIN));
      const std::size_t room = kMostWords - words.size();
      if (got > 0) words.append(block.data(), std::min(static_cast<std::size_t>(got), room));
    } else if (fds[1].revents != 0) {
      return true;
    }
  }
  return false;
}

// Its last line, without the program's name and the level in front.
std::string Reason(std::string_view words) {
  while (!words.empty() && words.back() == '\n') words.remove_suffix(1);
  words.remove_prefix(words.rfind('\n') + 1);
  constexpr std::string_view kError = ": error: ";
  const std::size_t at = words.find(kError);
  return Printable(at == std::string_view::npos ? words : words.substr(at + kError.size()));
}

}  // namespace

Status AskProgram(const std::string& program, const std::vector<std::string>& arguments,
                  const std::string& environment, const Stop& hurry, milliseconds longest) {
  std::vector<std::string> asked = arguments;
  asked.insert(asked.begin() + (asked.empty() ? 0 : 1), "--check");
  std::vector<std::string> variables{environment};
  for (char** one = environ; *one != nullptr; ++one) variables.emplace_back(*one);
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return Status::Errno("pipe", errno);
  const net::Descriptor from(ends[0]);
  net::Descriptor into(ends[1]);
  pid_t child = -1;
  const int error = Spawn(program, asked, variables, into.get(), child);
  into = {};
  if (error != 0) return Status::Errno(program + " cannot be executed", error);
  const net::Descriptor watched(static_cast<int>(syscall(SYS_pidfd_open, child, 0)));
  std::string words;
  const bool over = watched.valid() && Listen(from.get(), watched.get(), hurry, longest, words);
  if (!over) kill(child, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  if (!over) return Status::Io(program + " gave no answer whether it could start");
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  if (WIFSIGNALED(status)) {
    return Status::Io(program + " ended by signal " + std::to_string(WTERMSIG(status)) +
                      " when it was asked whether it could start");
  }
  const std::string reason = Reason(words);
  return Status::Usage(reason.empty() ? program + " says that it could not start" : reason);
}

}  // namespace pdns::tools
