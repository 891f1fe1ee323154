#include "tools/common/standard_files.h"

#include <fcntl.h>
#include <sysexits.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <initializer_list>

#include "base/log.h"

namespace pdns::tools {

// open() gives the lowest number that is free, and those below are open by then.
void OpenStandardFiles() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(fd, F_GETFD) >= 0) continue;
    if (open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd) _exit(EX_OSERR);
  }
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  sigaction(SIGXFSZ, &ignore, nullptr);
}

int PrintAndExit(const std::string& text) {
  // What is written last is told by the flush.
  if (std::fputs(text.c_str(), stdout) >= 0 && std::fflush(stdout) == 0) return 0;
  LogError("standard output cannot be written");
  return EX_IOERR;
}

}  // namespace pdns::tools
