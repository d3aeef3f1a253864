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
 * uffdio_writeprotect start len     mode
 * uffd_msg            event@0 (1 byte), flags@8, address@16, thread id@24 (4 bytes); 32 bytes in all
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
    static final long WRITEPROTECT = 0xc018aa06L;
    static final long CONTINUE = 0xc020aa07L;

    /** The version that UFFDIO_API asks for. */
    static final long UFFD_API_VERSION = 0xAA;

    static final long WRITEPROTECT_MODE_WP = 1;

    static final int MSG_BYTES = 32;
    static final int MSG_FLAGS_OFFSET = 8;
    static final int MSG_ADDRESS_OFFSET = 16;
    static final int MSG_THREAD_ID_OFFSET = 24;
    static final byte EVENT_PAGEFAULT = 0x12;

    static final long PAGEFAULT_FLAG_WRITE = 1;
    static final long PAGEFAULT_FLAG_WP = 2;
    static final long PAGEFAULT_FLAG_MINOR = 4;

    private UffdIoctl() {}
}
