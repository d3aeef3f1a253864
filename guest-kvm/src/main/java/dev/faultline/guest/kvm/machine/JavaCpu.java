package dev.faultline.guest.kvm.machine;

import dev.faultline.guest.kvm.state.StateReader;
import dev.faultline.guest.kvm.state.StateWriter;
import dev.faultline.guest.kvm.workload.MemoryMap;
import dev.faultline.guest.kvm.workload.PageContent;
import dev.faultline.guest.kvm.workload.Progress;
import dev.faultline.guest.kvm.workload.VcpuArea;
import dev.faultline.guest.kvm.workload.Workload;
import dev.faultline.migration.guest.GuestException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The guest's program in Java. It compares and copies whole pages, from and to a page of its own. A pause comes between
 * two pages: a touch that waits for a page fault cannot be interrupted.
 */
final class JavaCpu implements GuestCpu {
    private final MemoryMap map;
    private final VcpuArea area;
    private final GuestPages memory;
    private final Journal journal;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment page = arena.allocate(Workload.PAGE_BYTES, Workload.PAGE_BYTES);
    private final MemorySegment found = arena.allocate(Workload.PAGE_BYTES, Workload.PAGE_BYTES);
    private Pacer pacer;

    private long heartbeats;
    private long pass = 1;
    private long hotIndex;
    private long coldTouches;
    private int toHeartbeat;
    private int toColdPage;

    JavaCpu(int id, MemoryMap map, GuestPages memory) {
        this.map = map;
        this.area = map.areas().get(id);
        this.memory = memory;
        this.journal = new Journal(id, area);
        this.toColdPage = map.workload().hotPagesPerColdPage();
        this.pacer = new Pacer(map.workload().pagesPerSecond());
        this.toHeartbeat = pacer.batch();
    }

    @Override
    public Journal journal() {
        return journal;
    }

    @Override
    public void settle() {
        // Nothing but the guest's own pages is touched.
    }

    @Override
    public void run(RunPermit permit) {
        pacer.begin(System.nanoTime(), progress().pagesWritten(area));
        while (permit.granted()) {
            if (coldTouches < area.coldPages() || toColdPage == 0) {
                touchCold();
            } else {
                touchHot();
            }
            if (--toHeartbeat <= 0) {
                heartbeat(permit);
            }
        }
        journal.at(progress());
        journal.paused();
    }

    private void touchHot() {
        touch(area.hotPage(hotIndex), pass - 1, pass);
        if (++hotIndex == area.hotPages()) {
            hotIndex = 0;
            pass++;
        }
        if (area.coldPages() > 0) {
            toColdPage--;
        }
    }

    private void touchCold() {
        long turn = coldTouches / area.coldPages();
        if (turn == 0) {
            touch(area.coldPage(coldTouches), 0, 1);
        } else {
            boolean rewritten = coldTouches % 2 == 0;
            touch(area.coldPage(coldTouches), rewritten ? turn : 1, rewritten ? turn + 1 : 1);
            toColdPage = map.workload().hotPagesPerColdPage();
        }
        coldTouches++;
    }

    private void touch(long guestAddress, long oldSequence, long newSequence) {
        PageContent.fill(page, guestAddress, oldSequence);
        if (!memory.holds(guestAddress, page)) {
            memory.read(guestAddress, found);
            report(guestAddress);
        }
        if (newSequence != oldSequence) {
            PageContent.fill(page, guestAddress, newSequence);
            memory.write(guestAddress, page);
        }
    }

    /** The page may have become right since it was compared; it was wrong nevertheless. */
    private void report(long guestAddress) {
        int word = Math.toIntExact(Math.max(0, page.mismatch(found)) / Long.BYTES);
        journal.corruption(guestAddress, word, PageContent.wordOf(page, word), PageContent.wordOf(found, word));
    }

    private void heartbeat(RunPermit permit) {
        heartbeats++;
        Progress now = progress();
        journal.heartbeat(now);
        long dueNanos = pacer.heartbeat(System.nanoTime(), now.pagesWritten(area));
        toHeartbeat = pacer.batch();
        permit.restUntil(dueNanos);
        pacer.rested(System.nanoTime());
    }

    private Progress progress() {
        return new Progress(heartbeats, pass, hotIndex, coldTouches);
    }

    @Override
    public void kick(int threadId) {
        // The permit is looked at after every page.
    }

    @Override
    public void pace(Pacer newPacer) {
        pacer = newPacer;
        toHeartbeat = pacer.batch();
    }

    @Override
    public void save(StateWriter out) {
        out.putLong(heartbeats);
        out.putLong(pass);
        out.putLong(hotIndex);
        out.putLong(coldTouches);
        out.putInt(toColdPage);
    }

    @Override
    public void load(StateReader in) {
        heartbeats = in.getLong();
        pass = in.getLong();
        hotIndex = in.getLong();
        coldTouches = in.getLong();
        toColdPage = in.getInt();
        boolean coldPageIsDue = toColdPage == 0 && area.coldPages() == 0; // and there is none
        if (pass < 1
                || hotIndex < 0
                || hotIndex >= area.hotPages()
                || coldTouches < 0
                || toColdPage < 0
                || coldPageIsDue) {
            throw new GuestException("The machine state's counters are out of range: " + progress() + ", " + toColdPage
                    + " pages before a cold one.");
        }
        journal.at(progress());
    }

    @Override
    public void close() {
        arena.close();
    }
}
