// What the reference programs share: they end with a message when anything fails.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#ifndef MFD_HUGETLB
#define MFD_HUGETLB 4U
#endif
#ifndef MFD_HUGE_2MB
#define MFD_HUGE_2MB (21U << 26)
#endif

#define SMALL_PAGE_BYTES 4096

static inline void fail(const char *what) {
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
    exit(1);
}

static inline long check(long result, const char *what) {
    if (result < 0) {
        fail(what);
    }
    return result;
}

static inline int64_t now_nanos(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static inline int new_memory_file(size_t length, size_t page_bytes) {
    unsigned flags = MFD_CLOEXEC | (page_bytes > SMALL_PAGE_BYTES ? MFD_HUGETLB | MFD_HUGE_2MB : 0);
    int fd = check(memfd_create("faultline-bench", flags), "memfd_create");
    check(ftruncate(fd, length), "ftruncate");
    return fd;
}

static inline char *map_file(int fd, size_t length) {
    char *memory = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
    if (memory == MAP_FAILED) {
        fail("mmap");
    }
    return memory;
}

static inline struct sockaddr_un unix_address(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
    return address;
}

// A command of standard input; what is asked is answered by one line.
static inline int next_command(char *line, int size) {
    fflush(stdout);
    return fgets(line, size, stdin) != NULL;
}
