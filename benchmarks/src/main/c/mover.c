// Moves bytes between two memory files by TCP and does nothing else: writev from a mapping of one, read into one of the other.
// usage: mover to LENGTH_BYTES PAGE_BYTES | mover from ADDRESS LENGTH_BYTES PAGE_BYTES
#include "common.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/uio.h>

#define MAX_CONNECTIONS 8
#define PIECE_BYTES (256 << 10)

static size_t length, page_bytes;

struct part {
    pthread_t thread;
    int connection;
    char *memory;
    size_t first, end;
};

static void send_all(int fd, char *bytes, size_t count) {
    while (count > 0) {
        struct iovec piece = {bytes, count};
        ssize_t sent = check(writev(fd, &piece, 1), "writev");
        bytes += sent;
        count -= sent;
    }
}

static void receive_all(int fd, char *bytes, size_t count) {
    while (count > 0) {
        ssize_t got = check(read(fd, bytes, count), "read");
        if (got == 0) {
            fprintf(stderr, "the sender has ended\n");
            exit(1);
        }
        bytes += got;
        count -= got;
    }
}

static size_t piece_at(struct part *part, size_t at) {
    size_t most = page_bytes > PIECE_BYTES ? page_bytes : PIECE_BYTES;
    return part->end - at < most ? part->end - at : most;
}

static void *send_part(void *argument) {
    struct part *part = argument;
    char done;
    for (size_t at = part->first; at < part->end; at += piece_at(part, at)) {
        send_all(part->connection, part->memory + at, piece_at(part, at));
    }
    receive_all(part->connection, &done, 1);
    return NULL;
}

static void *receive_part(void *argument) {
    struct part *part = argument;
    for (size_t at = part->first; at < part->end; at += piece_at(part, at)) {
        receive_all(part->connection, part->memory + at, piece_at(part, at));
    }
    send_all(part->connection, "", 1);
    return NULL;
}

static void run_parts(char *memory, int *connections, int count, void *(*work)(void *)) {
    struct part parts[MAX_CONNECTIONS];
    for (int i = 0; i < count; i++) {
        size_t pages = length / page_bytes;
        struct part part = {0, connections[i], memory, pages * i / count * page_bytes, pages * (i + 1) / count * page_bytes};
        parts[i] = part;
        pthread_create(&parts[i].thread, NULL, work, &parts[i]);
    }
    for (int i = 0; i < count; i++) {
        pthread_join(parts[i].thread, NULL);
        close(connections[i]);
    }
}

static struct sockaddr_in tcp_address(const char *address, int port) {
    struct sockaddr_in result = {.sin_family = AF_INET, .sin_port = htons(port)};
    if (inet_pton(AF_INET, address, &result.sin_addr) != 1) {
        fail(address);
    }
    return result;
}

static int prepared(int connection) {
    int on = 1;
    check(setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "TCP_NODELAY");
    return connection;
}

static void send_by(char *memory, const char *address, int port, int count) {
    int connections[MAX_CONNECTIONS];
    struct sockaddr_in to = tcp_address(address, port);
    int64_t begun = now_nanos();
    for (int i = 0; i < count; i++) {
        connections[i] = prepared(check(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
        check(connect(connections[i], (struct sockaddr *)&to, sizeof to), "connect");
    }
    run_parts(memory, connections, count, send_part);
    printf("%ld 0\n", (long)(now_nanos() - begun));
}

static void send_as_told(void) {
    char line[64], address[32];
    int port, count;
    char *memory = map_file(new_memory_file(length, page_bytes), length);
    uint64_t random = 1;
    for (size_t i = 0; i < length / sizeof random; i++) {
        random = random * 6364136223846793005ULL + 1442695040888963407ULL;
        ((uint64_t *)memory)[i] = random;
    }
    printf("filled\n");
    while (next_command(line, sizeof line)) {
        if (sscanf(line, "%31s %d %d", address, &port, &count) != 3 || count > MAX_CONNECTIONS) {
            fprintf(stderr, "unknown command: %s", line);
            exit(2);
        }
        send_by(memory, address, port, count);
    }
}

static void receive_as_told(const char *address) {
    char line[64];
    int listener = check(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
    struct sockaddr_in at = tcp_address(address, 0);
    socklen_t size = sizeof at;
    check(bind(listener, (struct sockaddr *)&at, sizeof at), "bind");
    check(listen(listener, MAX_CONNECTIONS), "listen");
    check(getsockname(listener, (struct sockaddr *)&at, &size), "getsockname");
    printf("here\n");
    while (next_command(line, sizeof line)) {
        int connections[MAX_CONNECTIONS], count = atoi(line);
        int file = new_memory_file(length, page_bytes); // empty each time, as a destination's is
        char *memory = map_file(file, length);
        printf("%d\n", ntohs(at.sin_port));
        fflush(stdout);
        for (int i = 0; i < count; i++) {
            connections[i] = prepared(check(accept(listener, NULL, NULL), "accept"));
        }
        run_parts(memory, connections, count, receive_part);
        munmap(memory, length);
        close(file);
        printf("0\n");
    }
}

int main(int count, char **arguments) {
    if (count == 4 && strcmp(arguments[1], "to") == 0) {
        length = strtoull(arguments[2], NULL, 10);
        page_bytes = strtoull(arguments[3], NULL, 10);
        send_as_told();
    } else if (count == 5 && strcmp(arguments[1], "from") == 0) {
        length = strtoull(arguments[3], NULL, 10);
        page_bytes = strtoull(arguments[4], NULL, 10);
        receive_as_told(arguments[2]);
    } else {
        fprintf(stderr, "usage: mover to LENGTH_BYTES PAGE_BYTES | mover from ADDRESS LENGTH_BYTES PAGE_BYTES\n");
        return 2;
    }
    return 0;
}
