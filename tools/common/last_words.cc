#include "tools/common/last_words.h"

#include <sysexits.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <exception>
#include <new>
#include <string_view>
#include <system_error>

namespace pdns::tools {
namespace {

// Without memory of its own.
void Say(std::string_view text) {
  const ssize_t ignored = write(STDERR_FILENO, text.data(), text.size());
  static_cast<void>(ignored);
}

[[noreturn]] void EndBy(std::string_view what, std::string_view way_out) {
  Say(program_invocation_short_name);
  Say(": error: ");
  Say(what);
  Say(way_out);
  Say("\n");
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

}  // namespace

void PrepareLastWords() {
  std::set_new_handler(OutOfMemory);
  std::set_terminate(OnTerminate);
}

}  // namespace pdns::tools
