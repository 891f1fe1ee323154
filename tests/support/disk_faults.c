/* A disk that is slow or lies: LD_PRELOAD this. Only files whose path holds PDNS_FAULT_UNDER are meant.
 *   PDNS_OPEN_DELAY_MS=20     each open takes that much longer
 *   PDNS_FAULT=write:7        the seventh call of that kind fails with EIO, and all behind it; kinds: open, read, write,
 *                             sync, rename, link
 *   PDNS_FAULT_ONCE=1         only that one
 *   PDNS_FAULT_FULL=1         it fails with ENOSPC in place of EIO
 * When a fault was given, the file named by PDNS_FAULT_TOLD is made. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static atomic_long calls;

static int Meant(const char* path) {
  const char* under = getenv("PDNS_FAULT_UNDER");
  return under != NULL && path != NULL && strstr(path, under) != NULL;
}

static int MeantFd(int fd) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t size = readlink(link, path, sizeof path - 1);
  if (size < 0) return 0;
  path[size] = 0;
  return Meant(path);
}

/* Does this call fail? */
static int Fails(const char* kind) {
  const char* fault = getenv("PDNS_FAULT");
  const size_t size = strlen(kind);
  if (fault == NULL || strncmp(fault, kind, size) != 0 || fault[size] != ':') return 0;
  const long at = atol(fault + size + 1);
  const long now = atomic_fetch_add(&calls, 1) + 1;
  if (now < at || (now > at && getenv("PDNS_FAULT_ONCE") != NULL)) return 0;
  const char* told = getenv("PDNS_FAULT_TOLD");
  if (told != NULL) {
    int (*real)(const char*, int, ...) = (int (*)(const char*, int, ...))dlsym(RTLD_NEXT, "open");
    const int fd = real(told, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
    if (fd >= 0) close(fd);
  }
  errno = getenv("PDNS_FAULT_FULL") != NULL ? ENOSPC : EIO;
  return 1;
}

static int OpenMeant(const char* path) {
  if (!Meant(path)) return 1;
  const char* delay = getenv("PDNS_OPEN_DELAY_MS");
  if (delay != NULL) {
    const struct timespec pause = {0, atol(delay) * 1000000};
    nanosleep(&pause, NULL);
  }
  return !Fails("open");
}

#define OPEN(NAME)                                                                                \
  int NAME(const char* path, int flags, ...) {                                                    \
    int (*real)(const char*, int, ...) = (int (*)(const char*, int, ...))dlsym(RTLD_NEXT, #NAME); \
    va_list more;                                                                                 \
    va_start(more, flags);                                                                        \
    const mode_t mode = va_arg(more, mode_t);                                                     \
    va_end(more);                                                                                 \
    return OpenMeant(path) ? real(path, flags, mode) : -1;                                        \
  }
OPEN(open)
OPEN(open64)

#define FD_CALL(TYPE, NAME, KIND, PARAMETERS, ARGUMENTS)                  \
  TYPE NAME PARAMETERS {                                                  \
    TYPE(*real) PARAMETERS = (TYPE(*) PARAMETERS)dlsym(RTLD_NEXT, #NAME); \
    if (MeantFd(fd) && Fails(KIND)) return -1;                            \
    return real ARGUMENTS;                                                \
  }
FD_CALL(ssize_t, read, "read", (int fd, void* to, size_t size), (fd, to, size))
FD_CALL(ssize_t, pread, "read", (int fd, void* to, size_t size, off_t at), (fd, to, size, at))
FD_CALL(ssize_t, pread64, "read", (int fd, void* to, size_t size, off64_t at), (fd, to, size, at))
FD_CALL(ssize_t, write, "write", (int fd, const void* from, size_t size), (fd, from, size))
FD_CALL(ssize_t, pwrite, "write", (int fd, const void* from, size_t size, off_t at), (fd, from, size, at))
FD_CALL(ssize_t, pwrite64, "write", (int fd, const void* from, size_t size, off64_t at), (fd, from, size, at))
FD_CALL(int, fsync, "sync", (int fd), (fd))
FD_CALL(int, fdatasync, "sync", (int fd), (fd))

int rename(const char* from, const char* to) {
  int (*real)(const char*, const char*) = (int (*)(const char*, const char*))dlsym(RTLD_NEXT, "rename");
  return Meant(to) && Fails("rename") ? -1 : real(from, to);
}

int link(const char* from, const char* to) {
  int (*real)(const char*, const char*) = (int (*)(const char*, const char*))dlsym(RTLD_NEXT, "link");
  return Meant(to) && Fails("link") ? -1 : real(from, to);
}
