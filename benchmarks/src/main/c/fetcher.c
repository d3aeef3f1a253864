// Fetches missing pages over a bare socket, one at a time, as shortly as it can be said. A second socket may push all of them.
// usage: fetcher source SOCKET LENGTH_BYTES ADDRESS | fetcher destination SOCKET LENGTH_BYTES ADDRESS PORT push|idle
#include "attach.h"
#include <arpa/inet.h>
#include <linux/userfaultfd.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdatomic.h>

#define PIECE_BYTES (256 << 10)

static size_t length;
static char *memory;
static int uffd, faults, pushed;
static atomic_char *here;
static atomic_long asked;

static void send_all(int fd, const void *bytes, size_t count) {
    for (size_t done = 0; done < count;) {
        done += check(send(fd, (const char *)bytes + done, count - done, MSG_NOSIGNAL), "send");
    }
}

// Returns whether there was that much.
static int receive_all(int fd, void *bytes, size_t count) {
    for (size_t done = 0; done < count;) {
        ssize_t got = read(fd, (char *)bytes + done, count - done);
        if (got <= 0) {
            return 0;
        }
        done += got;
    }
    return 1;
}

static struct sockaddr_in address_of(const char *host, int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    inet_pton(AF_INET, host, &address.sin_addr);
    return address;
}

static int at_once(int connection) {
    int one = 1;
    check(setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one), "TCP_NODELAY");
    return connection;
}

static void *answer(void *none) {
    uint64_t offset;
    while (receive_all(faults, &offset, sizeof offset)) {
        send_all(faults, memory + offset, SMALL_PAGE_BYTES);
    }
    return none;
}

static void *push(void *none) {
    char begin;
    if (receive_all(pushed, &begin, 1) && begin == 'p') {
        for (size_t at = 0; at < length; at += PIECE_BYTES) {
            send_all(pushed, memory + at, PIECE_BYTES);
        }
    }
    return none;
}

static void serve_source(const char *host) {
    struct sockaddr_in address = address_of(host, 0);
    socklen_t size = sizeof address;
    int listener = check(socket(AF_INET, SOCK_STREAM, 0), "socket");
    check(bind(listener, (struct sockaddr *)&address, size), "bind");
    check(listen(listener, 2), "listen");
    check(getsockname(listener, (struct sockaddr *)&address, &size), "getsockname");
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    faults = at_once(check(accept(listener, NULL, NULL), "accept"));
    pushed = at_once(check(accept(listener, NULL, NULL), "accept"));
    pthread_t threads[2];
    pthread_create(&threads[0], NULL, answer, NULL);
    pthread_create(&threads[1], NULL, push, NULL);
}

static void continue_page(uint64_t address) {
    struct uffdio_continue page = {.range = {address, SMALL_PAGE_BYTES}};
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

static void fetch(uint64_t address, uint64_t guest) {
    uint64_t offset = address - guest;
    if (!atomic_load(&here[offset / SMALL_PAGE_BYTES])) {
        send_all(faults, &offset, sizeof offset);
        if (!receive_all(faults, memory + offset, SMALL_PAGE_BYTES)) {
            fail("the source");
        }
        atomic_fetch_add(&asked, 1);
    }
    continue_page(address);
}

static void *serve_faults(void *guest) {
    struct pollfd polled = {uffd, POLLIN, 0};
    struct uffd_msg message;
    while (1) {
        if (poll(&polled, 1, -1) < 0 && errno != EINTR) {
            fail("poll");
        }
        ssize_t size = read(uffd, &message, sizeof message);
        if (size < 0 && errno != EAGAIN && errno != EINTR) {
            fail("read");
        }
        if (size > 0 && message.event == UFFD_EVENT_PAGEFAULT) {
            fetch(message.arg.pagefault.address & -(uint64_t)SMALL_PAGE_BYTES, (uintptr_t)guest);
        }
    }
    return NULL;
}

// What it writes over a page that was fetched is what lies there.
static void *take_push(void *none) {
    for (size_t at = 0; at < length && receive_all(pushed, memory + at, PIECE_BYTES); at += PIECE_BYTES) {
        for (size_t page = at / SMALL_PAGE_BYTES; page < (at + PIECE_BYTES) / SMALL_PAGE_BYTES; page++) {
            atomic_store(&here[page], 1);
        }
    }
    return none;
}

static int connect_to(const char *host, int port) {
    struct sockaddr_in address = address_of(host, port);
    int connection = check(socket(AF_INET, SOCK_STREAM, 0), "socket");
    check(connect(connection, (struct sockaddr *)&address, sizeof address), "connect");
    return at_once(connection);
}

static void serve_destination(uint64_t guest, const char *host, int port, const char *mode) {
    here = calloc(length / SMALL_PAGE_BYTES, sizeof *here);
    faults = connect_to(host, port);
    pushed = connect_to(host, port);
    pthread_t threads[2];
    pthread_create(&threads[0], NULL, serve_faults, (void *)(uintptr_t)guest);
    send_all(pushed, mode, 1);
    pthread_create(&threads[1], NULL, take_push, NULL);
    printf("resumed\n");
}

int main(int count, char **arguments) {
    int is_source = count == 5 && strcmp(arguments[1], "source") == 0;
    if (!is_source && count != 7) {
        fprintf(stderr, "usage: fetcher source SOCKET LENGTH_BYTES ADDRESS"
                        " | fetcher destination SOCKET LENGTH_BYTES ADDRESS PORT push|idle\n");
        return 2;
    }
    struct attached attached = attach(arguments[2]);
    length = strtoull(arguments[3], NULL, 10);
    memory = map_file(attached.file, length);
    uffd = attached.uffd;
    if (is_source) {
        serve_source(arguments[4]);
    } else {
        serve_destination(attached.guest, arguments[4], atoi(arguments[5]), arguments[6]);
    }
    char line[16];
    while (next_command(line, sizeof line)) {
        printf("%ld\n", atomic_load(&asked));
    }
    return 0;
}
