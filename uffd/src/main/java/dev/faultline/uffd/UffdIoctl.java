package dev.faultline.uffd;

/**
 * Numbers and layouts of the userfaultfd interface. Source: linux/userfaultfd.h, Linux 6.18; the same on x86-64 and
 * AArch64.
 *
 * <pre>
 *              offset 0    8        16       24            32
 * uffdio_api          api  features ioctls
 * uffdio_register     start len     mode     ioctls (out)
 * uffdio_range        start len
 * uffdio_copy         dst  src      len      mode          copy (out)
 * uffdio_zeropage     start len     mode     zeropage (out)
 * uffdio_continue     start len     mode     mapped (out)
 * uffdio_poison       start len     mode     updated (out)
 * uffdio_move         dst  src      len      mode          move (out)
 * uffdio_writeprotect start len     mode
 * uffd_msg, 32 bytes, event@0 (1 byte):
 *   PAGEFAULT         flags@8, address@16, thread id@24 (4 bytes)
 *   FORK              descriptor@8 (4 bytes)
 *   REMAP             from@8, to@16, length@24
 *   REMOVE, UNMAP     start@8, end@16
 * </pre>
 */
final class UffdIoctl {
    static final long USERFAULTFD_IOC_NEW = 0xAA00L;
    static final long API = 0xc018aa3fL;
    static final long REGISTER = 0xc020aa00L;
    static final long UNREGISTER = 0x8010aa01L;
    static final long WAKE = 0x8010aa02L;
    static final long COPY = 0xc028aa03L;
    static final long ZEROPAGE = 0xc020aa04L;
    static final long MOVE = 0xc028aa05L;
    static final long WRITEPROTECT = 0xc018aa06L;
    static final long CONTINUE = 0xc020aa07L;
    static final long POISON = 0xc020aa08L;

    /** The version that UFFDIO_API asks for. */
    static final long UFFD_API_VERSION = 0xAA;

    static final long WRITEPROTECT_MODE_WP = 1;
    static final long WRITEPROTECT_MODE_DONTWAKE = 2;

    static final int MSG_BYTES = 32;
    static final int MSG_FLAGS_OFFSET = 8;
    static final int MSG_ADDRESS_OFFSET = 16;
    static final int MSG_THREAD_ID_OFFSET = 24;
    static final int MSG_FORK_FD_OFFSET = 8;
    static final int MSG_START_OFFSET = 8;
    static final int MSG_END_OFFSET = 16;
    static final int MSG_REMAP_TO_OFFSET = 16;
    static final int MSG_REMAP_LENGTH_OFFSET = 24;

    static final long PAGEFAULT_FLAG_WRITE = 1;
    static final long PAGEFAULT_FLAG_WP = 2;
    static final long PAGEFAULT_FLAG_MINOR = 4;

    private UffdIoctl() {}
}
