#include "tools/common/standard_files.h"

#include <fcntl.h>
#include <sysexits.h>
#include <unistd.h>

#include <initializer_list>

namespace pdns::tools {

// open() gives the lowest number that is free, and those below are open by then.
void OpenStandardFiles() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(fd, F_GETFD) >= 0) continue;
    if (open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd) _exit(EX_OSERR);
  }
}

}  // namespace pdns::tools
