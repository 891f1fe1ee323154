#include "tools/common/last_words.h"

#include <sys/mman.h>
#include <sys/uio.h>
#include <sysexits.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <exception>
#include <new>
#include <string_view>
#include <system_error>

namespace pdns::tools {
namespace {

std::atomic<bool> ends{false};

// Where memory ends, it ends for all threads at once: the first one speaks, and the others wait for
// its _exit(). A second is much longer than that takes; it is for a signal that came to the first
// one itself.
void LeaveItToTheFirst() {
  if (!ends.exchange(true)) return;
  constexpr timespec kLonger{1, 0};
  nanosleep(&kLonger, nullptr);
  _exit(EX_SOFTWARE);
}

// Without memory of its own, and in one piece: the log of a service has whole lines.
[[noreturn]] void EndBy(std::string_view what, std::string_view way_out) {
  LeaveItToTheFirst();
  const auto piece = [](std::string_view text) {
    return iovec{const_cast<char*>(text.data()), text.size()};
  };
  const std::array<iovec, 5> line{piece(program_invocation_short_name), piece(": error: "),
                                  piece(what), piece(way_out), piece("\n")};
  const ssize_t ignored = writev(STDERR_FILENO, line.data(), static_cast<int>(line.size()));
  static_cast<void>(ignored);
  _exit(EX_SOFTWARE);
}

[[noreturn]] void OutOfMemory() {
  EndBy("out of memory", ": give it less to use (--memory), or the machine more");
}

[[noreturn]] void OnTerminate() {
  const std::exception_ptr thrown = std::current_exception();
  if (!thrown) EndBy("ended by a fault of its own", "");
  try {
    std::rethrow_exception(thrown);
  } catch (const std::bad_alloc&) {
    OutOfMemory();
  } catch (const std::system_error& error) {
    EndBy(error.what(), ": no further thread, most likely; see the limits of the process");
  } catch (const std::exception& error) {
    EndBy(error.what(), "");
  } catch (...) {
    EndBy("ended by a fault of its own", "");
  }
}

// The system's library aborts where it needs a few bytes and has nobody to tell that there are
// none, as for the first thread_local object of a thread. Of an abort for another reason, which
// wants its core file, that is told by whether there is memory.
void OnAbort(int signal) {
  if (ends) LeaveItToTheFirst();
  constexpr std::size_t kSome = 1U << 20;
  void* const some =
      mmap(nullptr, kSome, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (some == MAP_FAILED) OutOfMemory();
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

// Constructors of a program run behind those of its libraries, and these run before those.
[[gnu::section(".preinit_array"), gnu::used]] void (*const before_libraries)() = &PrepareLastWords;

}  // namespace

void PrepareLastWords() {
  std::set_new_handler(OutOfMemory);
  std::set_terminate(OnTerminate);
  struct sigaction on_abort {};
  on_abort.sa_handler = OnAbort;
  on_abort.sa_flags = SA_NODEFER;  // it raises the signal itself
  sigaction(SIGABRT, &on_abort, nullptr);
}

}  // namespace pdns::tools
