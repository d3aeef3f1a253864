package dev.faultline.conformance.differential;

import dev.faultline.conformance.subject.Action;
import dev.faultline.conformance.subject.MemoryKind;
import dev.faultline.conformance.subject.SubjectFile;
import dev.faultline.uffd.EventBatch;
import dev.faultline.uffd.PageCategory;
import dev.faultline.uffd.PagemapScan;
import dev.faultline.uffd.Uffd;
import dev.faultline.uffd.UffdEvent;
import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.os.LinuxException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Does the steps of a program in a world, and tells what each gave. */
final class Performer {
    private static final String FORKS = "a thread forks";
    private static final String OPEN_ALREADY = "open already";
    private static final String TOO_LONG = "too long for the alias mapping";
    private static final String LEAK = "would leak a reservation";
    private static final String GIVEN_BACK = "the page is being given back";
    private static final String BUSY = "busy";
    private static final String NOT_OPEN = "not open";
    private static final String NO_FILE_PAGE = "behind the file's end";
    private static final String NO_FILE = "no file";

    /** What steps give that do nothing. */
    static final Set<String> IDLE =
            Set.of(BUSY, NOT_OPEN, OPEN_ALREADY, FORKS, NO_FILE, NO_FILE_PAGE, TOO_LONG, LEAK, GIVEN_BACK);

    /**
     * Of huge pages the kernel accesses a few bytes: when it writes, some before a border and some behind it. It reads what
     * goes into one page of the file at once, whatever borders there are, so that there a border would show how write(2) is
     * made.
     */
    private static final long HALF = 8;

    private final World world;

    Performer(World world) {
        this.world = world;
    }

    String perform(Step step) {
        try {
            return switch (step) {
                case Step.Open open -> open(open);
                case Step.OfUffd ofUffd -> {
                    Uffd uffd = world.uffd(ofUffd.uffd());
                    yield uffd == null ? NOT_OPEN : handle(uffd, ofUffd);
                }
                case Step.OfThread ofThread -> world.isBusy(ofThread.thread()) ? BUSY : run(ofThread);
                case Step.OfFile ofFile -> {
                    SubjectFile file = world.file();
                    yield file == null ? NO_FILE : change(file, ofFile);
                }
                case Step.Interrupt interrupt -> interrupt(interrupt.thread());
                case Step.Scan scan -> scan(scan);
                case Step.Race race -> race(race);
            };
        } catch (LinuxException e) {
            return Errno.symbol(e.errno());
        }
    }

    private String open(Step.Open open) {
        if (world.uffd(open.uffd()) != null) {
            return OPEN_ALREADY;
        }
        world.setUffd(open.uffd(), world.process().openUffd(open.features(), open.userModeOnly()));
        return "ok";
    }

    private String handle(Uffd uffd, Step.OfUffd step) {
        return switch (step) {
            case Step.Close close -> {
                if (world.forker() >= 0) {
                    yield FORKS;
                }
                world.setUffd(close.uffd(), null);
                uffd.close();
                yield "ok";
            }
            case Step.Register(var _, int page, int pages, long modes) ->
                "0x" + Long.toHexString(uffd.register(at(page), bytes(pages), modes));
            case Step.Unregister(var _, int page, int pages) -> {
                uffd.unregister(at(page), bytes(pages));
                yield "ok";
            }
            case Step.Continue(var _, int page, int pages, int flags) ->
                uffd.continuePages(at(page), bytes(pages), flags).toString();
            case Step.Copy(var _, int page, int pages, int value, int flags) ->
                uffd.copy(at(page), world.content(pages, value), bytes(pages), flags)
                        .toString();
            case Step.ZeroPage(var _, int page, int pages, int flags) ->
                uffd.zeroPages(at(page), bytes(pages), flags).toString();
            case Step.Poison(var _, int page, int pages, int flags) ->
                uffd.poison(at(page), bytes(pages), flags).toString();
            case Step.WriteProtect(var _, int page, int pages, boolean on, int flags) ->
                uffd.writeProtect(at(page), bytes(pages), on, flags).toString();
            case Step.Wake(var _, int page, int pages) ->
                uffd.wake(at(page), bytes(pages)).toString();
            case Step.Move(var _, int page, int from, int pages, int flags) ->
                uffd.move(at(page), at(from), bytes(pages), flags).toString();
            case Step.Read read -> read(uffd, read.count());
        };
    }

    /** Beside the threads: one whose event is read may have the next one ready before the reader is done. */
    private String read(Uffd uffd, int count) {
        List<String> events = new ArrayList<>();
        world.process().beside(() -> take(uffd, count, events));
        return events.toString();
    }

    private void take(Uffd uffd, int count, List<String> events) {
        try (EventBatch batch = new EventBatch(count)) {
            int found = uffd.read(batch);
            for (int i = 0; i < found; i++) {
                UffdEvent event = batch.event(i);
                if (event instanceof UffdEvent.Fork) {
                    world.forked().add(uffd.takeForked(batch, i));
                }
                events.add(Words.of(event, world));
            }
        }
    }

    private String run(Step.OfThread step) {
        if (step instanceof Step.Fork) {
            if (world.forker() >= 0) {
                return FORKS;
            }
            world.setForker(step.thread());
        }
        if (step instanceof Step.Map map && isTooLong(map)) {
            return TOO_LONG;
        }
        if (step instanceof Step.Remap remap && wouldLeak(remap)) {
            return LEAK;
        }
        if (GivenBack.mayBeReached(step, world)) {
            return GIVEN_BACK;
        }
        return Words.of(world.run(step.thread(), step, action(step)), step, world);
    }

    /** A mapping makes a file of huge pages as long as itself. */
    private boolean isTooLong(Step.Map map) {
        return isHuge() && map.filePage() + map.pages() > world.program().slots();
    }

    private Action action(Step.OfThread step) {
        return switch (step) {
            case Step.Load(int thread, int page) -> new Action.Load(at(page) + World.offsetOf(thread));
            case Step.Store(int thread, int page, int value) ->
                new Action.Store(at(page) + World.offsetOf(thread), value);
            case Step.KernelWrite(var _, int page, int pages) ->
                isHuge()
                        ? new Action.KernelWrite(pages > 1 ? at(page + 1) - HALF : at(page), 2 * HALF)
                        : new Action.KernelWrite(at(page), bytes(pages));
            case Step.KernelRead(var _, int page, int pages) ->
                isHuge() ? new Action.KernelRead(at(page), HALF) : new Action.KernelRead(at(page), bytes(pages));
            case Step.Map(var _, int page, int pages, int filePage, int protection) ->
                world.mapping(page, pages, filePage, protection);
            case Step.Unmap(var _, int page, int pages) -> new Action.Unmap(at(page), bytes(pages));
            case Step.Advise(var _, int page, int pages, Action.Advice advice) ->
                new Action.Advise(at(page), bytes(pages), advice);
            case Step.Remap(var _, int page, int pages, int newPages, int to, boolean keepOld) ->
                new Action.Remap(at(page), bytes(pages), bytes(newPages), to < 0 ? 0 : at(to), keepOld);
            case Step.Protect(var _, int page, int pages, int protection) ->
                new Action.Protect(at(page), bytes(pages), protection);
            case Step.Fork _ -> new Action.Fork();
        };
    }

    /**
     * Linux 6.18 forgets what it has reserved for the rest of a private mapping of huge pages of which a part is moved: the
     * pages stay reserved when the process has ended, until the machine is restarted. Source: mm/mremap.c, move_vma;
     * mm/hugetlb.c, clear_vma_resv_huge_pages.
     */
    private boolean wouldLeak(Step.Remap remap) {
        long start = at(remap.page());
        long end = at(remap.page() + remap.pages());
        return world.program().kind() == MemoryKind.HUGETLB_PRIVATE
                && remap.to() >= 0
                && world.process().mappings(start, end).stream()
                        .anyMatch(range -> range.start() < start || range.end() > end);
    }

    private boolean isHuge() {
        return world.program().kind().isHuge();
    }

    private String change(SubjectFile file, Step.OfFile step) {
        switch (step) {
            case Step.Fill(int page, int value) -> {
                if (page >= world.filePages()) {
                    return NO_FILE_PAGE;
                }
                file.put(bytes(page), value);
            }
            case Step.Populate(int page) -> {
                if (page >= world.filePages()) {
                    return NO_FILE_PAGE;
                }
                try (var alias = file.mapAlias()) {
                    alias.populate(bytes(page), world.pageBytes());
                }
            }
            case Step.PunchHole(int page, int pages) -> file.punchHole(bytes(page), bytes(pages));
            case Step.Allocate(int page, int pages) -> {
                if (page + pages > world.program().slots()) {
                    return TOO_LONG;
                }
                file.allocate(bytes(page), bytes(pages));
            }
            case Step.Resize(int pages) -> {
                if (pages > world.program().slots()) {
                    return TOO_LONG;
                }
                file.resize(bytes(pages));
            }
        }
        return "ok";
    }

    private String race(Step.Race race) {
        List<String> results = new ArrayList<>();
        // To ask whether a thread waits is to wait for all: so nobody is asked once one has begun.
        Map<Integer, Step.OfThread> beginners = new LinkedHashMap<>();
        for (Step step : race.steps()) {
            if (step instanceof Step.OfThread ofThread) {
                boolean canBegin = !world.isBusy(ofThread.thread())
                        && !beginners.containsKey(ofThread.thread())
                        && !(step instanceof Step.Fork)
                        && !GivenBack.mayBeReached(ofThread, world)
                        && !GivenBack.mayBeReached(ofThread, beginners.values(), race);
                if (canBegin) {
                    beginners.put(ofThread.thread(), ofThread);
                } else {
                    results.add(BUSY);
                }
            }
        }
        beginners.forEach((thread, step) -> world.begin(thread, step, action(step)));
        world.process().beside(() -> {
            spin(race.delayMicros());
            race.steps().stream()
                    .filter(step -> !(step instanceof Step.OfThread))
                    .map(this::perform)
                    .forEach(results::add);
        });
        return results.toString();
    }

    private static void spin(int micros) {
        long end = System.nanoTime() + TimeUnit.MICROSECONDS.toNanos(micros);
        while (System.nanoTime() - end < 0) {
            Thread.onSpinWait();
        }
    }

    private String interrupt(int thread) {
        Step doing = world.doing(thread);
        if (world.isBusy(thread) && !(doing instanceof Step.Load || doing instanceof Step.Store)) {
            return BUSY;
        }
        world.thread(thread).interrupt();
        return "ok";
    }

    private String scan(Step.Scan scan) {
        PagemapScan request = new PagemapScan(
                at(scan.page()),
                bytes(scan.pages()),
                scan.flags(),
                scan.inverted(),
                scan.allOf(),
                scan.anyOf(),
                Words.CATEGORIES | PageCategory.WRITE_TRACKED.mask(),
                scan.maxPages());
        try {
            PageRunsText runs = new PageRunsText(world);
            long end = world.pagemap().scan(request, runs);
            return runs + " to " + Words.page(end, world);
        } catch (IllegalStateException e) {
            return "no progress";
        }
    }

    private long at(int page) {
        return world.address(page);
    }

    private long bytes(int pages) {
        return world.bytes(pages);
    }
}
