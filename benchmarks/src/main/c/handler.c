// Serves minor faults page by page, as shortly as it can be said: wait, read, CONTINUE.
// usage: handler SOCKET PAGE_BYTES
#include "attach.h"
#include <linux/userfaultfd.h>
#include <poll.h>
#include <stdatomic.h>
#include <sys/eventfd.h>

#define BATCH 64

static int uffd, end_fd;
static size_t page_bytes;
static atomic_int ended;
static int spins;
static long faults;

static void continue_page(uint64_t address) {
    struct uffdio_continue page = {.range = {address & -page_bytes, page_bytes}};
    while (ioctl(uffd, UFFDIO_CONTINUE, &page) < 0) {
        if (errno == EEXIST) {
            check(ioctl(uffd, UFFDIO_WAKE, &page.range), "UFFDIO_WAKE");
            return;
        }
        if (errno != EAGAIN) {
            fail("UFFDIO_CONTINUE");
        }
    }
}

static void wait_for_faults(void) {
    struct pollfd polled[2] = {{uffd, POLLIN, 0}, {end_fd, POLLIN, 0}};
    if (poll(polled, 2, -1) < 0 && errno != EINTR) {
        fail("poll");
    }
}

static void *serve(void *none) {
    struct uffd_msg messages[BATCH];
    while (!atomic_load_explicit(&ended, memory_order_relaxed)) {
        if (!spins) {
            wait_for_faults();
        }
        ssize_t size = read(uffd, messages, sizeof messages);
        if (size < 0 && errno != EAGAIN && errno != EINTR) {
            fail("read");
        }
        for (int i = 0; i < size / (ssize_t)sizeof *messages; i++) {
            if (messages[i].event == UFFD_EVENT_PAGEFAULT) {
                continue_page(messages[i].arg.pagefault.address);
                faults++;
            }
        }
    }
    return none;
}

int main(int count, char **arguments) {
    if (count != 3) {
        fprintf(stderr, "usage: handler SOCKET PAGE_BYTES\n");
        return 2;
    }
    uffd = attach(arguments[1]).uffd;
    page_bytes = strtoull(arguments[2], NULL, 10);
    printf("attached\n");
    char line[64];
    while (next_command(line, sizeof line)) {
        spins = strcmp(line, "spin\n") == 0;
        faults = 0;
        ended = 0;
        end_fd = check(eventfd(0, EFD_CLOEXEC), "eventfd");
        pthread_t thread;
        pthread_create(&thread, NULL, serve, NULL);
        printf("serving\n");
        if (!next_command(line, sizeof line)) {
            return 0;
        }
        ended = 1;
        check(eventfd_write(end_fd, 1), "eventfd_write");
        pthread_join(thread, NULL);
        close(end_fd);
        printf("%ld 0\n", faults);
    }
    return 0;
}
