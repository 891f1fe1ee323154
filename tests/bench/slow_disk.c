/* A disk that hangs: LD_PRELOAD this, and what waits for the disk waits while the file named by
 * PDNS_SLOW_DISK exists. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static void Hang(void) {
  const char* flag = getenv("PDNS_SLOW_DISK");
  const struct timespec pause = {0, 5 * 1000 * 1000};
  while (flag != NULL && access(flag, F_OK) == 0) nanosleep(&pause, NULL);
}

int fsync(int fd) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  Hang();
  return real(fd);
}

int fdatasync(int fd) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  Hang();
  return real(fd);
}

int sync_file_range(int fd, off64_t offset, off64_t count, unsigned int flags) {
  int (*real)(int, off64_t, off64_t, unsigned int) =
      (int (*)(int, off64_t, off64_t, unsigned int))dlsym(RTLD_NEXT, "sync_file_range");
  Hang();
  return real(fd, offset, count, flags);
}
