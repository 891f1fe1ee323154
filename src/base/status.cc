#include "base/status.h"

#include <sysexits.h>

#include <cerrno>
#include <system_error>

namespace pdns {

int ExitCode(Code code) {
  switch (code) {
    case Code::kOk:
      return EX_OK;
    case Code::kUsage:
      return EX_USAGE;
    case Code::kNoInput:
      return EX_NOINPUT;
    case Code::kIo:
    case Code::kBusy:
    case Code::kDisk:
      return EX_IOERR;
    case Code::kDenied:
      return EX_NOPERM;
    case Code::kMalformed:
    case Code::kCorrupt:
      break;
  }
  return EX_SOFTWARE;
}

Status Status::Errno(const std::string& what, int error) {
  return Io(what + ": " + std::generic_category().message(error));
}

Status Status::DiskErrno(const std::string& what, int error) {
  Status status = Errno(what, error);
  const bool of_disk = error == ENOSPC || error == EDQUOT || error == EROFS || error == EIO;
  return of_disk ? Disk(status.message()) : status;
}

}  // namespace pdns
