package dev.faultline.conformance.differential;

import dev.faultline.conformance.subject.Action.Advice;
import dev.faultline.conformance.subject.MemoryKind;
import dev.faultline.uffd.PageCategory;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Makes a program from a seed. Each program has its own likings: some steps it does often, others never, and a few pages
 * in which most of it happens; a program that did a little of everything would seldom come far with anything.
 */
final class Generator {
    private static final int SMALL_PAGES = 8;
    private static final int HUGE_PAGES = 3;
    private static final int UNKNOWN_FEATURE = 40;
    private static final List<Advice> ADVICE = List.of(
            Advice.DONTNEED,
            Advice.DONTNEED,
            Advice.DONTNEED,
            Advice.REMOVE,
            Advice.REMOVE,
            Advice.FREE,
            Advice.WILLNEED,
            Advice.POPULATE_READ,
            Advice.POPULATE_WRITE,
            Advice.DONTNEED_LOCKED);

    private final SplittableRandom random;
    private final MemoryKind kind;
    private final int pages;
    private final int threads;
    private final Likings likings;
    private final List<Step> steps = new ArrayList<>();
    private final int[] favourites;
    private final Guess guess;
    private int value;

    private Generator(long seed, MemoryKind kind) {
        random = new SplittableRandom(seed);
        this.kind = kind;
        pages = kind.isHuge() ? HUGE_PAGES : SMALL_PAGES;
        threads = 2 + random.nextInt(2);
        likings = new Likings(random, kind);
        favourites = random.ints(3, 0, pages).toArray();
        guess = new Guess(pages, 2 * pages, threads);
    }

    /** {@return the program of a seed, with about so many steps} */
    static Program program(long seed, MemoryKind kind, int length) {
        return new Generator(seed, kind).program(length);
    }

    private Program program(int length) {
        add(open(0));
        if (oneIn(8)) {
            add(new Step.Fill(page(), value()));
        }
        add(oneIn(3) ? register() : new Step.Register(0, 0, pages, modes()));
        while (steps.size() < length) {
            add(step(likings.next()));
        }
        return new Program(kind, pages, threads, steps);
    }

    private void add(Step step) {
        steps.add(step);
        guess.after(step);
    }

    private Step step(Likings.Sort sort) {
        if (guess.allWait() && !oneIn(4)) {
            return oneIn(4) ? new Step.Read(uffd(), World.BATCH) : resolve();
        }
        return switch (sort) {
            case TOUCH -> touch();
            case KERNEL_ACCESS -> kernelAccess();
            case FILE -> fileStep();
            case RESOLVE -> resolve();
            case PROTECT -> writeProtect();
            case REGISTER -> register();
            case UNREGISTER -> new Step.Unregister(uffd(), page(), length());
            case READ -> guess.anyWaits() || oneIn(3) ? new Step.Read(uffd(), oneIn(3) ? 1 : World.BATCH) : touch();
            case WAKE -> new Step.Wake(uffd(), waitedFor(), length());
            case ADVISE -> advise();
            case MAP -> map();
            case REMAP -> kind == MemoryKind.HUGETLB_PRIVATE ? touch() : remap();
            case FORK -> new Step.Fork(thread());
            case INTERRUPT -> new Step.Interrupt(random.nextInt(threads));
            case SCAN -> scan();
            case UFFD -> oneIn(3) ? new Step.Close(uffd()) : open(oneIn(2) ? 0 : 1);
            case RACE -> race();
        };
    }

    /** Two or three at once, most often around one page. */
    private Step race() {
        List<Step> racing = new ArrayList<>();
        int count = 1 + random.nextInt(2);
        for (int i = 0; i < count; i++) {
            racing.add(
                    switch (random.nextInt(6)) {
                        case 0 -> kernelAccess();
                        case 1 -> advise();
                        default -> touch();
                    });
        }
        racing.add(
                switch (random.nextInt(6)) {
                    case 0 -> new Step.Wake(uffd(), page(), length());
                    case 1 -> new Step.Unregister(uffd(), page(), length());
                    case 2 -> writeProtect();
                    default -> resolve();
                });
        return new Step.Race(random.nextInt(120), racing);
    }

    private Step open(int uffd) {
        return new Step.Open(uffd, likings.features(oneIn(30) ? 1L << UNKNOWN_FEATURE : 0), oneIn(15));
    }

    private Step touch() {
        return oneIn(2) ? new Step.Load(thread(), page()) : new Step.Store(thread(), page(), value());
    }

    private Step kernelAccess() {
        return oneIn(2)
                ? new Step.KernelRead(thread(), page(), length())
                : new Step.KernelWrite(thread(), page(), length());
    }

    private Step fileStep() {
        return switch (random.nextInt(10)) {
            case 0, 1, 2, 3, 4 -> new Step.Fill(page(), value());
            case 5 -> new Step.Populate(page());
            case 6, 7 -> new Step.PunchHole(page(), length());
            case 8 -> new Step.Allocate(page(), length());
            default -> new Step.Resize(random.nextInt(pages + 3));
        };
    }

    private Step resolve() {
        int page = waitedFor();
        int length = length();
        int flags = flags();
        if (kind.isOfFile() && oneIn(4)) {
            add(new Step.Fill(page, value()));
        }
        return switch (random.nextInt(12)) {
            case 0, 1, 2 -> new Step.Copy(uffd(), page, length, value(), flags);
            case 3, 4 -> new Step.ZeroPage(uffd(), page, length, flags & 1);
            case 5 -> new Step.Poison(uffd(), page, length, flags & 1);
            case 6 ->
                kind.isOfFile()
                        ? new Step.Continue(uffd(), page, length, flags)
                        : new Step.Move(uffd(), page, anyPage(), length, flags);
            default ->
                kind.isOfFile() || oneIn(6)
                        ? new Step.Continue(uffd(), page, length, flags)
                        : new Step.Move(uffd(), page, anyPage(), length, flags);
        };
    }

    private Step writeProtect() {
        boolean on = random.nextInt(3) > 0;
        return new Step.WriteProtect(uffd(), on ? page() : waitedFor(), length(), on, oneIn(8) ? 1 : 0);
    }

    private Step register() {
        return new Step.Register(uffd(), page(), length(), modes());
    }

    /** No guards over files: Linux 6.18 installs them for ever where a page's protection is marked. */
    private Step advise() {
        Advice advice = !kind.isOfFile() && oneIn(10) ? Advice.GUARD_INSTALL : oneOf(ADVICE);
        return new Step.Advise(thread(), page(), length(), advice);
    }

    private Step map() {
        return switch (random.nextInt(4)) {
            case 0 -> new Step.Unmap(thread(), page(), length());
            case 1 -> new Step.Protect(thread(), page(), length(), protection());
            default -> new Step.Map(thread(), page(), length(), page(), protection());
        };
    }

    /** Not of private huge pages: moving a part of such a mapping, Linux 6.18 loses reserved pages for ever. */
    private Step remap() {
        int length = length();
        int newLength = oneIn(2) ? length : 1 + random.nextInt(pages);
        int to = oneIn(3) ? -1 : anyPage();
        boolean keepOld = to >= 0 && oneIn(4);
        return new Step.Remap(thread(), page(), length, keepOld ? length : newLength, to, keepOld);
    }

    private Step scan() {
        long written = PageCategory.WRITTEN.mask();
        int maxPages = oneIn(4) ? 1 + random.nextInt(pages) : 0;
        int page = page();
        int length = length();
        return switch (random.nextInt(4)) {
            case 0 -> new Step.Scan(page, length, 0, category(), category(), 0, maxPages);
            case 1 -> new Step.Scan(page, length, random.nextInt(4), 0, 0, written | category(), maxPages);
            default -> new Step.Scan(page, length, oneIn(4) ? 1 : 3, 0, written, 0, maxPages);
        };
    }

    private long category() {
        PageCategory[] all = PageCategory.values();
        return all[random.nextInt(all.length)].mask();
    }

    private long modes() {
        return kind.isOfFile()
                ? oneIn(3) ? 7 : 1 + random.nextInt(7)
                : oneIn(12) ? random.nextInt(16) : 1 + random.nextInt(3);
    }

    private int flags() {
        return oneIn(2) ? 0 : oneIn(20) ? 1 + random.nextInt(7) : random.nextInt(4);
    }

    private int protection() {
        return oneIn(2) ? World.PROT_BOTH : random.nextInt(4);
    }

    private int uffd() {
        int other = guess.isOpen(0) ? 0 : 1;
        return guess.isOpen(1) && oneIn(3) ? 1 : oneIn(50) ? 1 : other;
    }

    private int thread() {
        return guess.thread(random);
    }

    private int waitedFor() {
        return oneIn(3) ? guess.registered(random, page()) : guess.waitedFor(random, page());
    }

    private int value() {
        value = value % 254 + 1;
        return value;
    }

    /** {@return mostly one of the program's favourites} */
    private int page() {
        int page = oneIn(3) ? anyPage() : favourites[random.nextInt(favourites.length)];
        return oneIn(5) ? page : guess.inMapping(random, page);
    }

    private int anyPage() {
        return oneIn(4) ? random.nextInt(2 * pages) : random.nextInt(pages);
    }

    private int length() {
        return switch (random.nextInt(10)) {
            case 0 -> pages;
            case 1, 2 -> 1 + random.nextInt(pages);
            case 3, 4 -> 2;
            default -> oneIn(50) ? 0 : 1;
        };
    }

    private boolean oneIn(int count) {
        return random.nextInt(count) == 0;
    }

    private <T> T oneOf(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }
}
