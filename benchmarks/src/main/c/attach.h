// Takes a toucher's memory file and userfaultfd.
#include "common.h"

struct attached {
    int file, uffd;
    uint64_t guest;
};

static inline struct attached attach(const char *path) {
    struct sockaddr_un address = unix_address(path);
    int connection = check(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
    check(connect(connection, (struct sockaddr *)&address, sizeof address), "connect");
    char text[64];
    struct iovec body = {text, sizeof text};
    int fds[2];
    struct attached attached;
    union {
        char bytes[CMSG_SPACE(sizeof fds)];
        struct cmsghdr align;
    } control;
    struct msghdr message = {
            .msg_iov = &body, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    check(recvmsg(connection, &message, MSG_CMSG_CLOEXEC), "recvmsg");
    memcpy(fds, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof fds);
    attached.file = fds[0];
    attached.uffd = fds[1];
    attached.guest = strtoull(text, NULL, 10);
    close(connection);
    return attached;
}
