package dev.faultline.guest.kvm.hypervisor;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.faultline.guest.kvm.program.SystemArea;
import java.lang.foreign.MemorySegment;

/**
 * Puts a vCPU into 64-bit mode at privilege level 3 with the tables of the boot image: {@code struct kvm_sregs}. Source:
 * asm/kvm.h, Linux 6.18, and the AMD64 manual, volume 2.
 */
final class LongMode {
    private static final int CS = 0;
    private static final int DS = 24;
    private static final int ES = 48;
    private static final int FS = 72;
    private static final int GS = 96;
    private static final int SS = 120;
    private static final int TR = 144;
    private static final int LDT = 168;
    private static final int GDT = 192;
    private static final int IDT = 208;
    private static final int CR0 = 224;
    private static final int CR3 = 240;
    private static final int CR4 = 248;
    private static final int EFER = 264;

    /** {@code struct kvm_segment}, offsets from the segment's begin. */
    private static final int LIMIT = 8;

    private static final int SELECTOR = 12;
    private static final int TYPE = 14;
    private static final int PRESENT = 15;
    private static final int DPL = 16;
    private static final int DB = 17;
    private static final int S = 18;
    private static final int L = 19;
    private static final int G = 20;
    private static final int UNUSABLE = 22;
    private static final int SEGMENT_BYTES = 24;

    private static final int TYPE_CODE = 11;
    private static final int TYPE_DATA = 3;
    private static final int TYPE_BUSY_TSS = 11;
    private static final int USER = 3;

    /** Paging, alignment mask, write protect, numeric error, extension type, monitor, protected mode. */
    private static final long CR0_VALUE = 0x80050033L;
    /** Physical address extension, SSE. */
    private static final long CR4_VALUE = 0x620L;
    /** 64-bit mode enabled and active, SYSCALL. */
    private static final long EFER_VALUE = 0x501L;

    private LongMode() {}

    static void enter(MemorySegment sregs) {
        segment(sregs, CS, SystemArea.CODE_SELECTOR, TYPE_CODE, true);
        for (int offset : new int[] {DS, ES, FS, GS, SS}) {
            segment(sregs, offset, SystemArea.DATA_SELECTOR, TYPE_DATA, false);
        }
        taskSegment(sregs.asSlice(TR, SEGMENT_BYTES));
        MemorySegment ldt = sregs.asSlice(LDT, SEGMENT_BYTES).fill((byte) 0);
        ldt.set(JAVA_BYTE, UNUSABLE, (byte) 1);
        sregs.set(JAVA_LONG, GDT, SystemArea.GDT);
        sregs.set(JAVA_SHORT, GDT + LIMIT, (short) (SystemArea.GDT_BYTES - 1));
        sregs.set(JAVA_LONG, IDT, 0);
        sregs.set(JAVA_SHORT, IDT + LIMIT, (short) 0);
        sregs.set(JAVA_LONG, CR0, CR0_VALUE);
        sregs.set(JAVA_LONG, CR3, SystemArea.PML4);
        sregs.set(JAVA_LONG, CR4, CR4_VALUE);
        sregs.set(JAVA_LONG, EFER, EFER_VALUE);
    }

    private static void segment(MemorySegment sregs, int offset, int selector, int type, boolean code) {
        MemorySegment segment = sregs.asSlice(offset, SEGMENT_BYTES).fill((byte) 0);
        segment.set(JAVA_INT, LIMIT, -1);
        segment.set(JAVA_SHORT, SELECTOR, (short) selector);
        segment.set(JAVA_BYTE, TYPE, (byte) type);
        segment.set(JAVA_BYTE, PRESENT, (byte) 1);
        segment.set(JAVA_BYTE, DPL, (byte) USER);
        segment.set(JAVA_BYTE, code ? L : DB, (byte) 1);
        segment.set(JAVA_BYTE, S, (byte) 1);
        segment.set(JAVA_BYTE, G, (byte) 1);
    }

    private static void taskSegment(MemorySegment segment) {
        segment.fill((byte) 0);
        segment.set(JAVA_LONG, 0, SystemArea.TSS);
        segment.set(JAVA_INT, LIMIT, SystemArea.TSS_LIMIT);
        segment.set(JAVA_SHORT, SELECTOR, (short) SystemArea.TSS_SELECTOR);
        segment.set(JAVA_BYTE, TYPE, (byte) TYPE_BUSY_TSS);
        segment.set(JAVA_BYTE, PRESENT, (byte) 1);
    }
}
