// A guest's place: memory with a userfaultfd, whose pages its threads touch. Whoever connects gets both.
// usage: toucher SOCKET LENGTH_BYTES PAGE_BYTES minor|track
#include "common.h"
#include <linux/userfaultfd.h>

// Of newer kernels than the headers may be of.
#ifndef UFFD_FEATURE_WP_UNPOPULATED
#define UFFD_FEATURE_WP_UNPOPULATED (1 << 13)
#endif
#ifndef UFFD_FEATURE_WP_ASYNC
#define UFFD_FEATURE_WP_ASYNC (1 << 15)
#endif

#define MAX_THREADS 8
#define QUANTILES 1000
#define FDS 2

static size_t length, page_bytes;
static char *guest, *alias;
static int file, uffd;
static uint32_t *order, *latencies;
static pthread_barrier_t together;

static int open_uffd(void) {
    int device = open("/dev/userfaultfd", O_RDWR | O_CLOEXEC);
    if (device < 0) {
        return check(syscall(SYS_userfaultfd, O_NONBLOCK | O_CLOEXEC), "userfaultfd");
    }
    return check(ioctl(device, USERFAULTFD_IOC_NEW, O_NONBLOCK | O_CLOEXEC), "USERFAULTFD_IOC_NEW");
}

static void register_memory(int tracked) {
    struct uffdio_api api = {.api = UFFD_API};
    api.features = tracked ? UFFD_FEATURE_WP_HUGETLBFS_SHMEM | UFFD_FEATURE_WP_UNPOPULATED | UFFD_FEATURE_WP_ASYNC
                           : UFFD_FEATURE_MINOR_SHMEM | UFFD_FEATURE_MINOR_HUGETLBFS | UFFD_FEATURE_MISSING_SHMEM
                                     | UFFD_FEATURE_MISSING_HUGETLBFS;
    check(ioctl(uffd, UFFDIO_API, &api), "UFFDIO_API");
    struct uffdio_register range = {.range = {(uintptr_t)guest, length}};
    range.mode = tracked ? UFFDIO_REGISTER_MODE_WP : UFFDIO_REGISTER_MODE_MISSING | UFFDIO_REGISTER_MODE_MINOR;
    check(ioctl(uffd, UFFDIO_REGISTER, &range), "UFFDIO_REGISTER");
    if (tracked) {
        struct uffdio_writeprotect protect = {.range = range.range, .mode = UFFDIO_WRITEPROTECT_MODE_WP};
        check(ioctl(uffd, UFFDIO_WRITEPROTECT, &protect), "UFFDIO_WRITEPROTECT");
    }
}

static void hand_over(int connection) {
    char text[64];
    int size = snprintf(text, sizeof text, "%lu %d\n", (unsigned long)(uintptr_t)guest, getpid());
    struct iovec body = {text, size};
    union {
        char bytes[CMSG_SPACE(FDS * sizeof(int))];
        struct cmsghdr align;
    } control;
    struct msghdr message = {
            .msg_iov = &body, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(FDS * sizeof(int));
    int fds[FDS] = {file, uffd};
    memcpy(CMSG_DATA(header), fds, sizeof fds);
    check(sendmsg(connection, &message, MSG_NOSIGNAL), "sendmsg");
    close(connection);
}

static void *hand_over_to_all(void *listener) {
    while (1) {
        hand_over(check(accept((int)(intptr_t)listener, NULL, NULL), "accept"));
    }
    return NULL;
}

static void listen_at(const char *path) {
    struct sockaddr_un address = unix_address(path);
    int listener = check(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
    check(bind(listener, (struct sockaddr *)&address, sizeof address), "bind");
    check(listen(listener, 8), "listen");
    pthread_t thread;
    pthread_create(&thread, NULL, hand_over_to_all, (void *)(intptr_t)listener);
}

static char content(size_t page) {
    return 1 + page % 127;
}

static void fill(size_t every) {
    for (size_t page = 0; page < length / page_bytes; page += every) {
        alias[page * page_bytes] = content(page);
    }
}

// By the mapping that is tracked.
static void dirty(size_t every) {
    for (size_t page = 0; page < length / page_bytes; page += every) {
        ((volatile char *)guest)[page * page_bytes]++;
    }
}

// Every so many pages, in order, or any of them.
static void choose(size_t every, int random, uint64_t seed) {
    size_t pages = length / page_bytes, candidates = 0;
    for (size_t page = 0; page < pages; page += every) {
        order[candidates++] = page;
    }
    for (size_t i = candidates; random && i > 1; i--) {
        seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
        size_t other = (seed >> 33) % i;
        uint32_t page = order[i - 1];
        order[i - 1] = order[other];
        order[other] = page;
    }
}

struct share {
    pthread_t thread;
    size_t first, end;
    int64_t begun, ended;
};

static void *touch_share(void *argument) {
    struct share *share = argument;
    pthread_barrier_wait(&together);
    int64_t before = share->begun = now_nanos();
    for (size_t i = share->first; i < share->end; i++) {
        size_t page = order[i];
        if (((volatile char *)guest)[page * page_bytes] != content(page)) {
            fprintf(stderr, "page %zu has the content of another\n", page);
            exit(1);
        }
        int64_t after = now_nanos();
        latencies[i] = after - before > UINT32_MAX ? UINT32_MAX : after - before;
        before = after;
    }
    share->ended = before;
    return NULL;
}

static int compare(const void *a, const void *b) {
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return left < right ? -1 : left > right;
}

static void print_quantiles(size_t count) {
    qsort(latencies, count, sizeof *latencies, compare);
    for (int i = 0; i <= QUANTILES; i++) {
        printf(" %u", latencies[(count - 1) * i / QUANTILES]);
    }
    printf("\n");
}

static void touch(int threads, size_t count) {
    struct share shares[MAX_THREADS];
    pthread_barrier_init(&together, NULL, threads);
    for (int i = 0; i < threads; i++) {
        shares[i].first = count * i / threads;
        shares[i].end = count * (i + 1) / threads;
        pthread_create(&shares[i].thread, NULL, touch_share, &shares[i]);
    }
    int64_t begun = INT64_MAX, ended = 0;
    for (int i = 0; i < threads; i++) {
        pthread_join(shares[i].thread, NULL);
        begun = shares[i].begun < begun ? shares[i].begun : begun;
        ended = shares[i].ended > ended ? shares[i].ended : ended;
    }
    printf("%ld", (long)(ended - begun));
    print_quantiles(count);
}

// One after the other, in any order, with a while between them in which it does not sleep. All are told.
static void probe(long millis, long gap_nanos, uint64_t seed) {
    choose(1, 1, seed);
    int64_t end = now_nanos() + millis * 1000000;
    size_t count = 0;
    for (int64_t now = now_nanos(); now < end && count < length / page_bytes; now = now_nanos()) {
        size_t page = order[count];
        char found = ((volatile char *)guest)[page * page_bytes];
        int64_t after = now_nanos();
        if (found != content(page)) {
            fprintf(stderr, "page %zu has the content of another\n", page);
            exit(1);
        }
        latencies[count++] = after - now > UINT32_MAX ? UINT32_MAX : after - now;
        while (now_nanos() - after < gap_nanos) {
        }
    }
    for (size_t i = 0; i < count; i++) {
        printf(i == 0 ? "%u" : " %u", latencies[i]);
    }
    printf("\n");
}

static void obey(const char *line) {
    long millis, gap_nanos;
    size_t every, count, threads, seed;
    char how[16];
    if (sscanf(line, "touch %zu %15s %zu %zu %zu", &threads, how, &every, &count, &seed) == 5 && threads <= MAX_THREADS
        && count * every <= length / page_bytes) {
        choose(every, strcmp(how, "random") == 0, seed);
        touch(threads, count);
        return;
    }
    if (sscanf(line, "probe %ld %ld %zu", &millis, &gap_nanos, &seed) == 3) {
        probe(millis, gap_nanos, seed);
        return;
    }
    if (sscanf(line, "fill %zu", &every) == 1) {
        fill(every);
    } else if (sscanf(line, "dirty %zu", &every) == 1) {
        dirty(every);
    } else if (strcmp(line, "zap\n") == 0) {
        check(madvise(guest, length, MADV_DONTNEED), "madvise");
    } else {
        fprintf(stderr, "unknown command: %s", line);
        exit(2);
    }
    printf("done\n");
}

int main(int count, char **arguments) {
    if (count != 5) {
        fprintf(stderr, "usage: toucher SOCKET LENGTH_BYTES PAGE_BYTES minor|track\n");
        return 2;
    }
    length = strtoull(arguments[2], NULL, 10);
    page_bytes = strtoull(arguments[3], NULL, 10);
    order = calloc(length / page_bytes, sizeof *order);
    latencies = calloc(length / page_bytes, sizeof *latencies);
    file = new_memory_file(length, page_bytes);
    guest = map_file(file, length);
    alias = map_file(file, length);
    uffd = open_uffd();
    register_memory(strcmp(arguments[4], "track") == 0);
    listen_at(arguments[1]);
    printf("listening\n");
    char line[128];
    while (next_command(line, sizeof line)) {
        obey(line);
    }
    return 0;
}
