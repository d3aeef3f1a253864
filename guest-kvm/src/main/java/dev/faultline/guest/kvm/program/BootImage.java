package dev.faultline.guest.kvm.program;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.faultline.guest.kvm.workload.MemoryMap;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * What a fresh guest's memory holds before its first instruction: the program and the tables that it runs on.
 *
 * <p>The tables are for privilege level 3, which paravirtual KVM runs natively, whereas it emulates level 0 instruction
 * by instruction. That KVM drops the I/O privilege level, so the ports are opened by the bitmap of the task state
 * segment. The accessed and dirty bits are set from the start: no table is ever written by the processor.
 */
public final class BootImage {
    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort HALF = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** Page table bits: present, writable, user, accessed; and for a page of 2 MiB dirty and page size. */
    private static final long TABLE = 0x27;

    private static final long LARGE_PAGE = 0xE7;

    private static final int LARGE_PAGE_SHIFT = 21;
    private static final long TABLE_BYTES = 4096;

    /** Descriptors: 64-bit code and data at privilege level 3, accessed; a busy 64-bit task state segment. */
    private static final long CODE_DESCRIPTOR = 0x00AFFB000000FFFFL;

    private static final long DATA_DESCRIPTOR = 0x00CFF3000000FFFFL;
    private static final long BUSY_TSS_DESCRIPTOR = 0x00008B0000000000L;

    private static final int TSS_BITMAP_OFFSET = 0x66;

    private BootImage() {}

    /**
     * Writes the image.
     *
     * @param memory the guest's memory through the alias mapping, all zero
     * @param map where everything is in it
     */
    public static void write(MemorySegment memory, MemoryMap map) {
        byte[] code = GuestProgram.code();
        MemorySegment.copy(code, 0, memory, JAVA_BYTE, SystemArea.PROGRAM, code.length);
        writeDescriptors(memory);
        writeTaskState(memory.asSlice(SystemArea.TSS, SystemArea.TSS_LIMIT + 1L));
        writePageTables(memory, map);
    }

    private static void writeDescriptors(MemorySegment memory) {
        MemorySegment table = memory.asSlice(SystemArea.GDT, SystemArea.GDT_BYTES);
        table.set(WORD, SystemArea.CODE_SELECTOR & ~3L, CODE_DESCRIPTOR);
        table.set(WORD, SystemArea.DATA_SELECTOR & ~3L, DATA_DESCRIPTOR);
        // A base below 64 KiB has all its bits here.
        long descriptor = BUSY_TSS_DESCRIPTOR | SystemArea.TSS << 16 | SystemArea.TSS_LIMIT;
        table.set(WORD, SystemArea.TSS_SELECTOR, descriptor);
    }

    private static void writeTaskState(MemorySegment tss) {
        tss.set(HALF, TSS_BITMAP_OFFSET, (short) SystemArea.TSS_HEADER_BYTES);
        MemorySegment bitmap = tss.asSlice(SystemArea.TSS_HEADER_BYTES);
        bitmap.fill((byte) 0xFF);
        open(bitmap, SystemArea.PORT_HEARTBEAT);
        open(bitmap, SystemArea.PORT_CORRUPTION);
    }

    private static void open(MemorySegment bitmap, int port) {
        long offset = port / Byte.SIZE;
        bitmap.set(JAVA_BYTE, offset, (byte) (bitmap.get(JAVA_BYTE, offset) & ~(1 << port % Byte.SIZE)));
    }

    private static void writePageTables(MemorySegment memory, MemoryMap map) {
        memory.set(WORD, SystemArea.PML4, SystemArea.PDPT | TABLE);
        for (long i = 0; i < SystemArea.directories(map.memoryBytes()); i++) {
            memory.set(WORD, SystemArea.PDPT + i * Long.BYTES, SystemArea.PAGE_DIRECTORIES + i * TABLE_BYTES | TABLE);
        }
        for (long page = 0; page < map.memoryBytes() >> LARGE_PAGE_SHIFT; page++) {
            long entry = page << LARGE_PAGE_SHIFT | LARGE_PAGE;
            memory.set(WORD, SystemArea.PAGE_DIRECTORIES + page * Long.BYTES, entry);
        }
    }
}
