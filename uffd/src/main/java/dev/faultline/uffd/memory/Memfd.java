package dev.faultline.uffd.memory;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.internal.linux.LibC;
import dev.faultline.uffd.internal.linux.Scratch;
import dev.faultline.uffd.os.Fd;
import dev.faultline.uffd.os.LinuxException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A memory file of the kernel: a memfd of 4 KiB pages or of huge pages. Source: memfd_create(2), linux/memfd.h, Linux 6.18.
 */
public final class Memfd implements MemoryFile {
    private static final int MFD_CLOEXEC = 1;
    private static final int STATX_SIZE = 0x200;
    private static final int STATX_SIZE_OFFSET = 40;
    private static final int STATX_INO = 0x100;
    private static final int STATX_INO_OFFSET = 32;
    private static final int STATX_DEV_MAJOR_OFFSET = 136;
    private static final int STATX_DEV_MINOR_OFFSET = 140;
    private static final int STATX_BLOCKS = 0x400;
    private static final int STATX_BLOCKS_OFFSET = 48;
    private static final int BLOCK_BYTES = 512;
    private static final int STATFS_BSIZE_OFFSET = 8;
    private static final int STATFS_BLOCKS_OFFSET = 16;
    private static final int STATFS_BAVAIL_OFFSET = 32;
    private static final long HUGETLBFS_MAGIC = 0x958458f6L;
    private static final long TMPFS_MAGIC = 0x01021994L;
    private static final long BASE_PAGE_BYTES = 4096;

    private final Fd fd;
    private final long lengthBytes;
    private final PageSize pageSize;

    private Memfd(Fd fd, long lengthBytes, PageSize pageSize) {
        this.fd = fd;
        this.lengthBytes = lengthBytes;
        this.pageSize = pageSize;
    }

    /**
     * Makes an empty memory file: a hole from end to end, which takes no memory.
     *
     * @param name shown in /proc/PID/maps
     * @param lengthBytes a multiple of the page size
     * @param pageSize its page size
     * @return the file
     * @throws LinuxException as memfd_create(2) and ftruncate(2)
     */
    public static Memfd create(String name, long lengthBytes, PageSize pageSize) {
        requireWholePages(lengthBytes, pageSize);
        long result = LibC.memfdCreate(name, MFD_CLOEXEC | pageSize.memfdFlags());
        Fd fd = Fd.owning(LinuxException.check(result, "memfd_create(" + name + ", " + pageSize + ")"));
        try {
            result = LibC.ftruncate(fd.number(), lengthBytes);
            LinuxException.check(result, "ftruncate(" + name + ", " + lengthBytes + ")");
            return new Memfd(fd, lengthBytes, pageSize);
        } catch (LinuxException e) {
            fd.close();
            throw e;
        }
    }

    /**
     * Takes a memory file that another process made, and checks what that process says of it: touching memory behind the
     * file's end would kill this one.
     *
     * @param fd its descriptor; the memory file owns it from now on, and closes it also when it refuses it
     * @param lengthBytes its length, a multiple of the page size; more of the file is left alone
     * @param pageSize its page size
     * @return the file
     * @throws IllegalArgumentException if the file is shorter or has other pages
     */
    public static Memfd adopt(Fd fd, long lengthBytes, PageSize pageSize) {
        try {
            requireWholePages(lengthBytes, pageSize);
            long actualBytes = statx(fd, STATX_SIZE).get(JAVA_LONG, STATX_SIZE_OFFSET);
            if (actualBytes < lengthBytes) {
                throw new IllegalArgumentException(
                        "the memory file is " + actualBytes + " bytes long, its peer says " + lengthBytes);
            }
            if (pageBytes(fd) != pageSize.bytes()) {
                throw new IllegalArgumentException(
                        "the memory file has pages of " + pageBytes(fd) + " bytes, its peer says " + pageSize.bytes());
            }
            return new Memfd(fd, lengthBytes, pageSize);
        } catch (RuntimeException e) {
            fd.close();
            throw e;
        }
    }

    /**
     * Takes a memory file that another process made, in the pages that it has.
     *
     * @param fd its descriptor; the memory file owns it from now on, and closes it also when it refuses it
     * @param lengthBytes how much of it, a multiple of the page size; more of the file is left alone
     * @return the file
     * @throws IllegalArgumentException if the file is shorter, or none that is memory: a memfd, or on tmpfs or hugetlbfs
     */
    public static Memfd adopt(Fd fd, long lengthBytes) {
        PageSize pageSize;
        try {
            requireMemory(fd);
            pageSize = PageSize.ofBytes(pageBytes(fd));
        } catch (RuntimeException e) {
            fd.close();
            throw e;
        }
        return adopt(fd, lengthBytes, pageSize);
    }

    /**
     * {@return the page size of a file that is memory: a memfd, shared memory of System V, or on tmpfs or hugetlbfs;
     * nothing of any other file}
     *
     * @param fd its descriptor, also one of O_PATH
     * @throws LinuxException as fstatfs(2)
     * @throws IllegalArgumentException if it has huge pages of a size that is not supported
     */
    public static Optional<PageSize> pageSizeOf(Fd fd) {
        // Device nodes may be on a tmpfs, too.
        boolean isFile = Files.isRegularFile(Path.of("/proc/self/fd", Integer.toString(fd.number())));
        return isFile && isMemory(statfs(fd).get(JAVA_LONG, 0))
                ? Optional.of(PageSize.ofBytes(pageBytes(fd)))
                : Optional.empty();
    }

    private static boolean isMemory(long magic) {
        return magic == HUGETLBFS_MAGIC || magic == TMPFS_MAGIC;
    }

    private static void requireMemory(Fd fd) {
        long magic = statfs(fd).get(JAVA_LONG, 0);
        if (!isMemory(magic)) {
            throw new IllegalArgumentException(String.format(
                    "the file is on a file system (0x%x) that is no memory: a memfd is, and files on tmpfs or hugetlbfs",
                    magic));
        }
    }

    private static void requireWholePages(long lengthBytes, PageSize pageSize) {
        if (lengthBytes <= 0 || lengthBytes % pageSize.bytes() != 0) {
            throw new IllegalArgumentException(
                    "a memory file of " + lengthBytes + " bytes is no whole number of pages of " + pageSize.bytes());
        }
    }

    /** {@return its page size by statfs(2), whose first field is the file system's magic number} */
    private static long pageBytes(Fd fd) {
        MemorySegment buffer = statfs(fd);
        return buffer.get(JAVA_LONG, 0) == HUGETLBFS_MAGIC
                ? buffer.get(JAVA_LONG, STATFS_BSIZE_OFFSET)
                : BASE_PAGE_BYTES;
    }

    /** {@return struct statfs in the calling thread's scratch memory: to be read before the next call} */
    private static MemorySegment statfs(Fd fd) {
        MemorySegment buffer = Scratch.ofThisThread().argument();
        LinuxException.check(LibC.fstatfs(fd.number(), buffer.address()), "fstatfs(memory file)");
        return buffer;
    }

    /** {@return the descriptor, for passing it to another process} */
    public Fd fd() {
        return fd;
    }

    @Override
    public long lengthBytes() {
        return lengthBytes;
    }

    @Override
    public PageSize pageSize() {
        return pageSize;
    }

    @Override
    public AliasMapping mapAlias() {
        return new MemfdAlias(map(LibC.MAP_NORESERVE), lengthBytes);
    }

    /**
     * Maps the whole file for a guest. Huge pages are reserved here, so that no fault can later find the pool empty.
     *
     * @return the mapping, of which only the address is known to Java
     * @throws LinuxException ENOMEM if fewer huge pages are free than the file has
     */
    public GuestMapping mapGuest() {
        GuestMapping guest = new GuestMapping(map(0), lengthBytes);
        long result = LibC.madvise(guest.address(), lengthBytes, LibC.MADV_DONTFORK);
        if (result < 0) {
            guest.close();
        }
        LinuxException.check(result, "madvise(MADV_DONTFORK)");
        return guest;
    }

    private long map(int extraFlags) {
        int protection = LibC.PROT_READ | LibC.PROT_WRITE;
        long address = LibC.mmap(0, lengthBytes, protection, LibC.MAP_SHARED | extraFlags, fd.number(), 0);
        if (address < 0) {
            String call = "mmap(memory file of " + lengthBytes + " bytes, " + pageSize + ")";
            throw new LinuxException(call, (int) -address, address == -Errno.ENOMEM ? memoryRemedy() : "");
        }
        return address;
    }

    private String memoryRemedy() {
        if (!pageSize.isHuge()) {
            return "";
        }
        HugePages pool = HugePages.read(pageSize);
        long needed = (lengthBytes - allocatedBytes()) / pageSize.bytes();
        long lacking = needed - pool.unreserved();
        if (lacking <= 0) {
            return ""; // something else ran out, and the advice would shrink the pool
        }
        return "It needs " + needed + " free huge pages of " + pageSize.label() + " and there are " + pool.unreserved()
                + ": run '" + HugePages.command(pageSize, pool.total() + lacking) + "'";
    }

    @Override
    public long nextData(long offset) {
        long found = LibC.lseek(fd.number(), offset, LibC.SEEK_DATA);
        return withinLength(found, "lseek(SEEK_DATA, " + offset + ")");
    }

    @Override
    public long nextHole(long offset) {
        long found = LibC.lseek(fd.number(), offset, LibC.SEEK_HOLE);
        return withinLength(found, "lseek(SEEK_HOLE, " + offset + ")");
    }

    private long withinLength(long found, String call) {
        return found == -Errno.ENXIO ? lengthBytes : Math.min(lengthBytes, LinuxException.check(found, call));
    }

    @Override
    public void punchHole(long offset, long rangeBytes) {
        int mode = LibC.FALLOC_FL_PUNCH_HOLE | LibC.FALLOC_FL_KEEP_SIZE;
        long result = LibC.fallocate(fd.number(), mode, offset, rangeBytes);
        LinuxException.check(result, "fallocate(PUNCH_HOLE, " + offset + ", " + rangeBytes + ")");
    }

    @Override
    public void read(long offset, MemorySegment target) {
        if (!target.isNative()) {
            throw new IllegalArgumentException("the kernel can read to native memory only");
        }
        long done = 0;
        while (done < target.byteSize()) {
            long result = LibC.pread(fd.number(), target.address() + done, target.byteSize() - done, offset + done);
            if (LinuxException.check(result, "pread(memory file, " + (offset + done) + ")") == 0) {
                throw new IllegalArgumentException("read past the end of the memory file at " + (offset + done));
            }
            done += result;
        }
    }

    @Override
    public String identity() {
        MemorySegment buffer = statx(fd, STATX_INO);
        return BootId.OF_THIS_HOST + "/" + buffer.get(JAVA_INT, STATX_DEV_MAJOR_OFFSET) + ":"
                + buffer.get(JAVA_INT, STATX_DEV_MINOR_OFFSET) + "/" + buffer.get(JAVA_LONG, STATX_INO_OFFSET);
    }

    @Override
    public long allocatedBytes() {
        return statx(fd, STATX_BLOCKS).get(JAVA_LONG, STATX_BLOCKS_OFFSET) * BLOCK_BYTES;
    }

    @Override
    public OptionalLong roomBytes() {
        MemorySegment buffer = statfs(fd);
        boolean isLimited = !pageSize.isHuge() && buffer.get(JAVA_LONG, STATFS_BLOCKS_OFFSET) > 0;
        return isLimited
                ? OptionalLong.of(
                        buffer.get(JAVA_LONG, STATFS_BAVAIL_OFFSET) * buffer.get(JAVA_LONG, STATFS_BSIZE_OFFSET))
                : OptionalLong.empty();
    }

    /** {@return struct statx in the calling thread's scratch memory: to be read before the next call} */
    private static MemorySegment statx(Fd fd, int mask) {
        MemorySegment buffer = Scratch.ofThisThread().argument();
        LinuxException.check(LibC.statx(fd.number(), mask, buffer.address()), "statx(memory file)");
        return buffer;
    }

    @Override
    public void close() {
        fd.close();
    }
}
