package dev.faultline.simulation.sweep;

import dev.faultline.model.VirtualCondition;
import dev.faultline.model.VirtualTime;
import dev.faultline.simulation.world.World;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * A guest's memory as its kernel sees it: which pages are mapped, written, and watched. There is no content. What a call
 * takes passes in simulated time, for the real guest's pages.
 */
final class SweptMemory {
    static final long BASE = 1L << 40;
    /** A userfault whose handler sleeps on another CPU; half of its round trip of 55 µs. */
    private static final long WAKE_NANOS = 27_000;
    /** The engine maps no more pages around a touched one. */
    private static final int FAULT_AROUND_PAGES = 64;
    /** The engine's last scan goes in steps of so many pages, and who answers a fault waits for one of them. */
    private static final int SCAN_PAGES = 1 << 14;

    private final World world;
    private final SweepPoint point;
    private final BitSet watched = new BitSet();
    private final BitSet mapped = new BitSet();
    private final BitSet written = new BitSet();
    private final Deque<Long> faults = new ArrayDeque<>();
    private final List<Long> waits = new ArrayList<>();
    private final VirtualCondition readable;
    private final VirtualCondition resolved;
    private double scanDebtNanos;

    SweptMemory(World world, SweepPoint point) {
        this.world = world;
        this.point = point;
        readable = world.time().newCondition();
        resolved = world.time().newCondition();
    }

    private static int page(long address) {
        return (int) ((address - BASE) / SweepPoint.UNIT_BYTES);
    }

    private void pass(double nanos) {
        world.time().pass(Math.round(nanos));
    }

    /** A vCPU touches a page, and waits for it if it must. */
    void touch(int page, boolean write) {
        if (watched.get(page) && !mapped.get(page)) {
            long began = world.nanoTime();
            faults.add(BASE + page * SweepPoint.UNIT_BYTES);
            readable.wakeAll();
            resolved.await(() -> mapped.get(page) || !watched.get(page), VirtualTime.FOREVER);
            waits.add(world.nanoTime() - began);
        }
        if (write) {
            written.set(page);
        }
    }

    List<Long> waits() {
        return waits;
    }

    void watch(long address, long lengthBytes) {
        watched.set(page(address), page(address + lengthBytes));
    }

    void unregister(long address, long lengthBytes) {
        pass(point.pages().unregisterNanos(point.real(lengthBytes)));
        watched.clear(page(address), page(address + lengthBytes));
        resolved.wakeAll();
    }

    void protect(long address, long lengthBytes) {
        written.clear(page(address), page(address + lengthBytes));
        pass(point.pages().protectNanos(point.real(lengthBytes)));
    }

    void map(long address, long lengthBytes) {
        int first = page(address);
        int end = page(address + lengthBytes);
        long realPages = (end - first) * (point.bytesPerUnit() / point.pages().bytes());
        pass(point.pages().continueNanos(Math.min(realPages, FAULT_AROUND_PAGES)));
        mapped.set(first, end);
        resolved.wakeAll();
    }

    /** Runs of pages. */
    interface Runs {
        void accept(long address, long lengthBytes);
    }

    /** Reports what was written, and protects it again. */
    void takeWritten(long address, long lengthBytes, Runs runs) {
        int end = page(address + lengthBytes);
        long count = 0;
        int first = written.nextSetBit(page(address));
        while (first >= 0 && first < end) {
            int next = Math.min(written.nextClearBit(first), end);
            written.clear(first, next);
            count += next - first;
            runs.accept(BASE + first * SweepPoint.UNIT_BYTES, (next - first) * SweepPoint.UNIT_BYTES);
            first = written.nextSetBit(next);
        }
        double realBytes = point.real(lengthBytes);
        chargeScan(point.pages().scanNanos(realBytes, point.real(count * SweepPoint.UNIT_BYTES)), realBytes);
    }

    /** Who answers a fault scans a part of a simulated region only; the rest is for whoever scans next. */
    private void chargeScan(double nanos, double realBytes) {
        boolean answersFault = Thread.currentThread().getName().endsWith("/faults");
        double stepBytes = (double) SCAN_PAGES * point.pages().bytes();
        double own = answersFault ? nanos * Math.min(1, stepBytes / realBytes) : nanos + scanDebtNanos;
        scanDebtNanos = answersFault ? scanDebtNanos + nanos - own : 0;
        pass(own);
    }

    boolean awaitFault(BooleanSupplier ended, long timeoutNanos) {
        readable.await(() -> !faults.isEmpty() || ended.getAsBoolean(), timeoutNanos);
        return !faults.isEmpty();
    }

    void endWaits() {
        readable.wakeAll();
    }

    /** Takes the address of the next fault. {@return 0 if there is none} */
    long nextFault(boolean first) {
        if (first) {
            world.time().pass(WAKE_NANOS);
        }
        Long address = faults.poll();
        return address == null ? 0 : address;
    }
}
