package dev.faultline.guest.kvm.program;

import dev.faultline.guest.kvm.workload.MemoryMap;
import java.util.stream.LongStream;

/**
 * What is where in the first 2 MiB of guest memory, as guest-physical addresses:
 *
 * <pre>
 * 0x01000  program
 * 0x02000  global descriptor table
 * 0x03000  task state segment with the I/O permission bitmap
 * 0x10000  page map level 4, one entry
 * 0x11000  page directory pointers, one entry for each GiB
 * 0x12000  page directories, one page for each GiB, mapping pages of 2 MiB onto themselves
 * </pre>
 */
public final class SystemArea {
    /** Where the program begins; its first instruction is its entry. */
    public static final long PROGRAM = 0x1000;

    /** Where the descriptor table is. */
    public static final long GDT = 0x2000;

    /** Length of the descriptor table: null, code, data, and the task state segment's double entry, in bytes. */
    public static final int GDT_BYTES = 5 * Long.BYTES;

    /** Selector of the code segment, privilege level 3. */
    public static final int CODE_SELECTOR = 0x08 | 3;

    /** Selector of the data segment, privilege level 3. */
    public static final int DATA_SELECTOR = 0x10 | 3;

    /** Selector of the task state segment. */
    public static final int TSS_SELECTOR = 0x18;

    /** Where the task state segment is. */
    public static final long TSS = 0x3000;

    /** The root of the page tables, for CR3. */
    public static final long PML4 = 0x10000;

    static final long PDPT = 0x11000;
    static final long PAGE_DIRECTORIES = 0x12000;

    /** Port of a heartbeat. */
    public static final int PORT_HEARTBEAT = 0x510;

    /** Port of a page that is wrong. */
    public static final int PORT_CORRUPTION = 0x511;

    /** Bytes of a task state segment before the bitmap. */
    static final int TSS_HEADER_BYTES = 0x68;

    /** The bitmap's bytes up to the last open port. */
    static final int BITMAP_BYTES = PORT_CORRUPTION / Byte.SIZE + 1;

    /** Limit of the task state segment: its last byte; the bitmap ends with one byte of ones more. */
    public static final int TSS_LIMIT = TSS_HEADER_BYTES + BITMAP_BYTES;

    private static final long TABLE_BYTES = 4096;
    private static final long GIB = 1L << 30;

    private SystemArea() {}

    /** {@return how many page directories a guest of that much memory has} */
    static long directories(long memoryBytes) {
        return (memoryBytes + GIB - 1) / GIB;
    }

    /**
     * {@return the addresses of all its pages that are in use}
     *
     * @param map where everything is in the guest's memory
     */
    public static LongStream pages(MemoryMap map) {
        return LongStream.concat(
                LongStream.of(PROGRAM, GDT, TSS, PML4, PDPT),
                LongStream.range(0, directories(map.memoryBytes())).map(i -> PAGE_DIRECTORIES + i * TABLE_BYTES));
    }
}
