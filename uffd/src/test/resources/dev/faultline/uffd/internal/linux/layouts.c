/* Prints sizes, offsets and numbers of the kernel's interface, for LayoutTest. What older headers lack is left out. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <linux/elf.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <linux/memfd.h>
#include <linux/ptrace.h>
#include <linux/stat.h>
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/user.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>

#define SIZE(type) printf("sizeof(" #type ") %zu\n", sizeof(struct type))
#define FIELD(type, field) printf(#type "." #field " %zu\n", offsetof(struct type, field))
#define VALUE(name) printf(#name " %lld\n", (long long)(name))
#define CALL(name) printf("syscall." #name " %d\n", SYS_##name)

int main(void)
{
	SIZE(uffdio_api); FIELD(uffdio_api, api); FIELD(uffdio_api, features); FIELD(uffdio_api, ioctls);
	SIZE(uffdio_range); FIELD(uffdio_range, start); FIELD(uffdio_range, len);
	SIZE(uffdio_register); FIELD(uffdio_register, mode); FIELD(uffdio_register, ioctls);
	SIZE(uffdio_copy); FIELD(uffdio_copy, dst); FIELD(uffdio_copy, src); FIELD(uffdio_copy, len);
	FIELD(uffdio_copy, mode); FIELD(uffdio_copy, copy);
	SIZE(uffdio_zeropage); FIELD(uffdio_zeropage, mode); FIELD(uffdio_zeropage, zeropage);
	SIZE(uffdio_writeprotect); FIELD(uffdio_writeprotect, mode);
	SIZE(uffdio_continue); FIELD(uffdio_continue, mode); FIELD(uffdio_continue, mapped);
#ifdef UFFDIO_POISON
	SIZE(uffdio_poison); FIELD(uffdio_poison, mode); FIELD(uffdio_poison, updated);
	VALUE(UFFDIO_POISON); VALUE(UFFDIO_POISON_MODE_DONTWAKE); VALUE(_UFFDIO_POISON); VALUE(UFFD_FEATURE_POISON);
#endif
#ifdef UFFDIO_MOVE
	SIZE(uffdio_move); FIELD(uffdio_move, dst); FIELD(uffdio_move, src); FIELD(uffdio_move, len);
	FIELD(uffdio_move, mode); FIELD(uffdio_move, move);
	VALUE(UFFDIO_MOVE); VALUE(UFFDIO_MOVE_MODE_DONTWAKE); VALUE(UFFDIO_MOVE_MODE_ALLOW_SRC_HOLES);
	VALUE(_UFFDIO_MOVE); VALUE(UFFD_FEATURE_MOVE);
#endif
#ifdef UFFDIO_CONTINUE_MODE_WP
	VALUE(UFFDIO_CONTINUE_MODE_WP);
#endif
#ifdef UFFD_FEATURE_WP_UNPOPULATED
	VALUE(UFFD_FEATURE_WP_UNPOPULATED);
#endif
#ifdef UFFD_FEATURE_WP_ASYNC
	VALUE(UFFD_FEATURE_WP_ASYNC);
#endif
	SIZE(uffd_msg); FIELD(uffd_msg, event); FIELD(uffd_msg, arg.pagefault.flags); FIELD(uffd_msg, arg.pagefault.address);
	FIELD(uffd_msg, arg.pagefault.feat.ptid); FIELD(uffd_msg, arg.fork.ufd); FIELD(uffd_msg, arg.remap.from);
	FIELD(uffd_msg, arg.remap.to); FIELD(uffd_msg, arg.remap.len); FIELD(uffd_msg, arg.remove.start);
	FIELD(uffd_msg, arg.remove.end);
	VALUE(UFFD_API); VALUE(UFFD_USER_MODE_ONLY); VALUE(USERFAULTFD_IOC_NEW);
	VALUE(UFFDIO_API); VALUE(UFFDIO_REGISTER); VALUE(UFFDIO_UNREGISTER); VALUE(UFFDIO_WAKE); VALUE(UFFDIO_COPY);
	VALUE(UFFDIO_ZEROPAGE); VALUE(UFFDIO_WRITEPROTECT); VALUE(UFFDIO_CONTINUE);
	VALUE(_UFFDIO_API); VALUE(_UFFDIO_REGISTER); VALUE(_UFFDIO_UNREGISTER); VALUE(_UFFDIO_WAKE); VALUE(_UFFDIO_COPY);
	VALUE(_UFFDIO_ZEROPAGE); VALUE(_UFFDIO_WRITEPROTECT); VALUE(_UFFDIO_CONTINUE);
	VALUE(UFFDIO_REGISTER_MODE_MISSING); VALUE(UFFDIO_REGISTER_MODE_WP); VALUE(UFFDIO_REGISTER_MODE_MINOR);
	VALUE(UFFDIO_COPY_MODE_DONTWAKE); VALUE(UFFDIO_COPY_MODE_WP); VALUE(UFFDIO_ZEROPAGE_MODE_DONTWAKE);
	VALUE(UFFDIO_WRITEPROTECT_MODE_WP); VALUE(UFFDIO_WRITEPROTECT_MODE_DONTWAKE); VALUE(UFFDIO_CONTINUE_MODE_DONTWAKE);
	VALUE(UFFD_EVENT_PAGEFAULT); VALUE(UFFD_EVENT_FORK); VALUE(UFFD_EVENT_REMAP); VALUE(UFFD_EVENT_REMOVE);
	VALUE(UFFD_EVENT_UNMAP);
	VALUE(UFFD_PAGEFAULT_FLAG_WRITE); VALUE(UFFD_PAGEFAULT_FLAG_WP); VALUE(UFFD_PAGEFAULT_FLAG_MINOR);
	VALUE(UFFD_FEATURE_PAGEFAULT_FLAG_WP); VALUE(UFFD_FEATURE_EVENT_FORK); VALUE(UFFD_FEATURE_EVENT_REMAP);
	VALUE(UFFD_FEATURE_EVENT_REMOVE); VALUE(UFFD_FEATURE_MISSING_HUGETLBFS); VALUE(UFFD_FEATURE_MISSING_SHMEM);
	VALUE(UFFD_FEATURE_EVENT_UNMAP); VALUE(UFFD_FEATURE_SIGBUS); VALUE(UFFD_FEATURE_THREAD_ID);
	VALUE(UFFD_FEATURE_MINOR_HUGETLBFS); VALUE(UFFD_FEATURE_MINOR_SHMEM); VALUE(UFFD_FEATURE_EXACT_ADDRESS);
	VALUE(UFFD_FEATURE_WP_HUGETLBFS_SHMEM);

#ifdef PAGEMAP_SCAN
	SIZE(pm_scan_arg); FIELD(pm_scan_arg, size); FIELD(pm_scan_arg, flags); FIELD(pm_scan_arg, start);
	FIELD(pm_scan_arg, end); FIELD(pm_scan_arg, walk_end); FIELD(pm_scan_arg, vec); FIELD(pm_scan_arg, vec_len);
	FIELD(pm_scan_arg, max_pages); FIELD(pm_scan_arg, category_inverted); FIELD(pm_scan_arg, category_mask);
	FIELD(pm_scan_arg, category_anyof_mask); FIELD(pm_scan_arg, return_mask);
	SIZE(page_region); FIELD(page_region, start); FIELD(page_region, end); FIELD(page_region, categories);
	VALUE(PAGEMAP_SCAN); VALUE(PM_SCAN_WP_MATCHING); VALUE(PM_SCAN_CHECK_WPASYNC);
	VALUE(PAGE_IS_WPALLOWED); VALUE(PAGE_IS_WRITTEN); VALUE(PAGE_IS_FILE); VALUE(PAGE_IS_PRESENT);
	VALUE(PAGE_IS_SWAPPED); VALUE(PAGE_IS_PFNZERO); VALUE(PAGE_IS_HUGE);
#endif
#ifdef PAGE_IS_SOFT_DIRTY
	VALUE(PAGE_IS_SOFT_DIRTY);
#endif
#ifdef PAGE_IS_GUARD
	VALUE(PAGE_IS_GUARD);
#endif

	SIZE(pollfd); FIELD(pollfd, fd); FIELD(pollfd, events); FIELD(pollfd, revents); VALUE(POLLIN);
	SIZE(timespec); FIELD(timespec, tv_sec); FIELD(timespec, tv_nsec);
	SIZE(timeval); FIELD(timeval, tv_sec); FIELD(timeval, tv_usec);
	SIZE(msghdr); FIELD(msghdr, msg_iov); FIELD(msghdr, msg_iovlen); FIELD(msghdr, msg_control);
	FIELD(msghdr, msg_controllen); FIELD(msghdr, msg_flags);
	SIZE(cmsghdr); FIELD(cmsghdr, cmsg_len); FIELD(cmsghdr, cmsg_level); FIELD(cmsghdr, cmsg_type);
	SIZE(iovec); FIELD(iovec, iov_base); FIELD(iovec, iov_len);
	SIZE(sockaddr_un); FIELD(sockaddr_un, sun_path);
	SIZE(ucred); FIELD(ucred, pid); FIELD(ucred, uid);
	VALUE(AF_UNIX); VALUE(SOCK_STREAM); VALUE(SOCK_DGRAM); VALUE(SHUT_RDWR); VALUE(SOL_SOCKET); VALUE(SO_PEERCRED);
	VALUE(SO_SNDTIMEO); VALUE(SCM_RIGHTS); VALUE(MSG_NOSIGNAL); VALUE(MSG_CMSG_CLOEXEC); VALUE(MSG_CTRUNC);
	SIZE(statx); FIELD(statx, stx_size); FIELD(statx, stx_blocks); VALUE(STATX_SIZE); VALUE(STATX_BLOCKS);
	FIELD(statfs, f_type); FIELD(statfs, f_bsize);

	VALUE(O_RDONLY); VALUE(O_RDWR); VALUE(O_NONBLOCK); VALUE(O_CLOEXEC); VALUE(O_PATH); VALUE(AT_FDCWD); VALUE(AT_EMPTY_PATH);
	VALUE(PROT_READ); VALUE(PROT_WRITE); VALUE(MAP_SHARED); VALUE(MAP_PRIVATE); VALUE(MAP_ANONYMOUS); VALUE(MAP_NORESERVE);
	VALUE(MADV_DONTNEED); VALUE(MADV_DONTFORK); VALUE(MADV_NOHUGEPAGE); VALUE(MADV_POPULATE_READ);
	VALUE(MADV_POPULATE_WRITE);
	VALUE(SEEK_DATA); VALUE(SEEK_HOLE); VALUE(FALLOC_FL_KEEP_SIZE); VALUE(FALLOC_FL_PUNCH_HOLE);
	VALUE(F_DUPFD_CLOEXEC); VALUE(F_GETFL); VALUE(F_SETFL);
	VALUE(MFD_CLOEXEC); VALUE(MFD_HUGETLB); VALUE(MFD_HUGE_2MB); VALUE(MFD_HUGE_1GB);
	VALUE(PR_SET_PDEATHSIG); VALUE(SIGKILL); VALUE(SIGTRAP); VALUE(SIGSTOP); VALUE(WNOHANG); VALUE(__WALL);

	VALUE(PTRACE_CONT); VALUE(PTRACE_DETACH); VALUE(PTRACE_SYSCALL); VALUE(PTRACE_GETREGSET); VALUE(PTRACE_SETREGSET);
	VALUE(PTRACE_SEIZE); VALUE(PTRACE_INTERRUPT); VALUE(PTRACE_GETSIGMASK); VALUE(PTRACE_SETSIGMASK);
	VALUE(PTRACE_O_TRACESYSGOOD); VALUE(PTRACE_EVENT_STOP); VALUE(NT_PRSTATUS);

#ifdef __x86_64__
	SIZE(user_regs_struct); FIELD(user_regs_struct, r10); FIELD(user_regs_struct, r9); FIELD(user_regs_struct, r8);
	FIELD(user_regs_struct, rax); FIELD(user_regs_struct, rdx); FIELD(user_regs_struct, rsi);
	FIELD(user_regs_struct, rdi); FIELD(user_regs_struct, orig_rax); FIELD(user_regs_struct, rip);
#endif
#ifdef __aarch64__
	SIZE(user_regs_struct); FIELD(user_regs_struct, regs); FIELD(user_regs_struct, sp); FIELD(user_regs_struct, pc);
	FIELD(user_regs_struct, pstate);
#endif

	CALL(read); CALL(write); CALL(close); CALL(lseek); CALL(mmap); CALL(munmap); CALL(ioctl); CALL(pread64);
	CALL(pwrite64); CALL(madvise); CALL(getpid); CALL(socket); CALL(connect); CALL(sendmsg); CALL(recvmsg);
	CALL(shutdown); CALL(bind); CALL(listen); CALL(socketpair); CALL(setsockopt); CALL(getsockopt); CALL(wait4); CALL(fcntl);
	CALL(ftruncate); CALL(ptrace); CALL(geteuid); CALL(getppid); CALL(fstatfs); CALL(prctl); CALL(gettid); CALL(tgkill);
	CALL(openat); CALL(unlinkat); CALL(ppoll); CALL(fallocate); CALL(accept4); CALL(eventfd2); CALL(memfd_create);
	CALL(userfaultfd); CALL(statx); CALL(pidfd_send_signal); CALL(pidfd_open); CALL(pidfd_getfd);
	return 0;
}
