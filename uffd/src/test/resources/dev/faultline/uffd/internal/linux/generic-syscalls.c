/* Prints the system call numbers that AArch64 has, on any machine, for LayoutTest. */
#include <stdio.h>
#include <asm-generic/unistd.h>

#define CALL(name) printf("syscall." #name " %d\n", __NR_##name)

int main(void)
{
	CALL(read);
	CALL(write);
	CALL(close);
	CALL(lseek);
	CALL(mmap);
	CALL(munmap);
	CALL(ioctl);
	CALL(pread64);
	CALL(pwrite64);
	CALL(madvise);
	CALL(getpid);
	CALL(socket);
	CALL(connect);
	CALL(sendmsg);
	CALL(recvmsg);
	CALL(shutdown);
	CALL(bind);
	CALL(listen);
	CALL(socketpair);
	CALL(setsockopt);
	CALL(getsockopt);
	CALL(wait4);
	CALL(fcntl);
	CALL(ftruncate);
	CALL(ptrace);
	CALL(geteuid);
	CALL(getppid);
	CALL(fstatfs);
	CALL(prctl);
	CALL(gettid);
	CALL(tgkill);
	CALL(openat);
	CALL(unlinkat);
	CALL(ppoll);
	CALL(fallocate);
	CALL(accept4);
	CALL(eventfd2);
	CALL(memfd_create);
	CALL(userfaultfd);
	CALL(statx);
	CALL(pidfd_open);
	CALL(pidfd_send_signal);
	CALL(pidfd_getfd);
	return 0;
}
