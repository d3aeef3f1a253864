package dev.faultline.conformance.cases;

import static dev.faultline.conformance.cases.CaseList.ALL;
import static dev.faultline.conformance.cases.CaseList.ANON;
import static dev.faultline.conformance.cases.CaseList.BASE_PAGES;
import static dev.faultline.conformance.cases.CaseList.SHARED;

import dev.faultline.conformance.subject.Action;
import dev.faultline.conformance.subject.Action.Advice;
import dev.faultline.conformance.subject.MemoryKind;
import dev.faultline.conformance.subject.Need;
import dev.faultline.conformance.subject.Result;
import dev.faultline.conformance.subject.SubjectProcess;
import dev.faultline.uffd.Uffd;
import dev.faultline.uffd.UffdEvent;
import dev.faultline.uffd.UffdFeature;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What the kernel's own tests of userfaultfd try, by their names, in words of this suite. Source: the list of cases of
 * tools/testing/selftests/mm/uffd-unit-tests.c, Linux 7.2. Left out: wp-fork-pin and wp-fork-pin-with-event, which pin
 * pages by a test driver that kernels in use do not have.
 */
final class SelftestCases {
    static final String SECTION = "5 kernel selftests";
    static final int SMALL = 8;

    private static final Set<MemoryKind> SHARED_FILES = EnumSet.of(MemoryKind.SHMEM, MemoryKind.HUGETLB);
    private static final Set<MemoryKind> PRIVATE_FILES =
            EnumSet.of(MemoryKind.SHMEM_PRIVATE, MemoryKind.HUGETLB_PRIVATE);
    private static final long SIGBUS = UffdFeature.SIGBUS.mask();
    private static final long FORK = UffdFeature.EVENT_FORK.mask();
    private static final long CHILD_EVENTS = FORK | UffdFeature.EVENT_REMAP.mask() | UffdFeature.EVENT_REMOVE.mask();

    private SelftestCases() {}

    static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        cases.addAll(filling());
        cases.addAll(minor());
        cases.addAll(signals());
        cases.addAll(forks());
        cases.addAll(children());
        return cases;
    }

    private static int pages(Scene scene) {
        return scene.kind().isHuge() ? 2 : SMALL;
    }

    private static Action.Map beside(Scene scene, int pages) {
        return new Action.Map(Scene.BESIDE, pages * scene.pageBytes(), false, Scene.PROT_BOTH, null, 0, false, false);
    }

    private static List<Case> filling() {
        return new CaseList(SECTION)
                .add("zeropage", ALL, "OK; silent 0; EEXIST -17 | hugetlb, hugetlb-private: EINVAL -22", scene -> {
                    scene.prepare(1, Modes.MISSING, 0);
                    String first = Words.of(scene.uffd().zeroPages(Scene.BASE, scene.pageBytes(), 0));
                    return scene.kind().isHuge()
                            ? first
                            : first + "; " + Words.touch(scene, scene.load(0)) + "; "
                                    + Words.of(scene.uffd().zeroPages(Scene.BASE, scene.pageBytes(), 0));
                })
                .add("move", ANON, "8 moved; 8 empty", SelftestCases::move)
                .add("wp-unpopulated", ANON, "none; entry wp; none; entry wp; 0; none", SelftestCases::unpopulated)
                .add("poison", ALL, "half SIGBUS, half 0", SelftestCases::poison)
                .add(
                        "mmap-changing",
                        Set.of(MemoryKind.SHMEM),
                        "EAGAIN -11; EAGAIN -11; EAGAIN -11; EAGAIN -11",
                        scene -> {
                            scene.prepare(2, scene.allModes(), UffdFeature.EVENT_REMOVE.mask());
                            scene.advise(0, 1, Advice.DONTNEED);
                            return Words.join(
                                    Words.of(scene.copy(1, 9, 0)),
                                    Words.of(scene.uffd().zeroPages(scene.page(1), scene.pageBytes(), 0)),
                                    Words.of(scene.poison(1)),
                                    Words.of(scene.resume(1, 0)));
                        })
                .cases();
    }

    private static String move(Scene scene) {
        int pages = pages(scene);
        scene.prepare(pages, Modes.MISSING, 0);
        Scene.require(scene.run(beside(scene, pages)));
        int moved = 0;
        int empty = 0;
        for (int i = 0; i < pages; i++) {
            long source = Scene.BESIDE + i * scene.pageBytes();
            Scene.require(scene.run(new Action.Store(source, i + 1)));
            String event = Words.touch(scene, scene.load(i));
            Scene.require(scene.uffd().move(scene.page(i), source, scene.pageBytes(), 0));
            if (event.equals("MISSING") && scene.thread().result().equals(new Result.Done(i + 1))) {
                moved++;
            }
            empty += scene.run(new Action.Load(source)).equals(new Result.Done(0)) ? 1 : 0;
        }
        return moved + " moved; " + empty + " empty";
    }

    private static String unpopulated(Scene scene) {
        scene.prepare(1, Modes.WP, UffdFeature.WP_UNPOPULATED.mask());
        List<String> seen = new ArrayList<>();
        seen.add(Words.entry(scene, Scene.BASE));
        Scene.require(scene.protect(0, true));
        seen.add(Words.entry(scene, Scene.BASE));
        Scene.require(scene.advise(0, 1, Advice.DONTNEED));
        seen.add(Words.entry(scene, Scene.BASE));
        Scene.require(scene.protect(0, true));
        seen.add(Words.entry(scene, Scene.BASE));
        seen.add(Words.value(scene.load(0)));
        Scene.require(scene.advise(0, 1, Advice.DONTNEED));
        seen.add(Words.entry(scene, Scene.BASE));
        return String.join("; ", seen);
    }

    private static String poison(Scene scene) {
        int pages = pages(scene);
        scene.prepare(pages, Modes.MISSING, 0);
        int killed = 0;
        int zero = 0;
        for (int i = 0; i < pages; i++) {
            scene.load(i);
            scene.read(scene.uffd());
            Scene.require(i % 2 == 0 ? scene.poison(i) : scene.copy(i, 0, 0));
            Result result = scene.thread().result();
            killed += result.equals(new Result.Signalled(Result.Signal.SIGBUS)) ? 1 : 0;
            zero += result.equals(new Result.Done(0)) ? 1 : 0;
        }
        return killed == pages / 2 && zero == pages / 2 ? "half SIGBUS, half 0" : killed + " SIGBUS, " + zero + " zero";
    }

    private static List<Case> minor() {
        return new CaseList(SECTION)
                .add("minor", SHARED_FILES, "each MINOR; flipped; EEXIST -17", scene -> minor(scene, false))
                .add(
                        "minor-wp",
                        SHARED_FILES,
                        "each MINOR; flipped; EEXIST -17; WP+WRITE; ok",
                        scene -> minor(scene, true))
                .add("minor-collapse", Set.of(MemoryKind.SHMEM), "ok; silent 7; silent 8; silent 0", scene -> {
                    int pages = 512;
                    scene.prepare(pages, Modes.MINOR, 0);
                    scene.file().allocate(0, pages * scene.pageBytes());
                    scene.put(0, 7);
                    scene.put(pages - 1, 8);
                    Scene.require(scene.uffd().continuePages(Scene.BASE, pages * scene.pageBytes(), 0));
                    Result collapsed = scene.advise(0, pages, Advice.COLLAPSE);
                    return collapsed + "; " + Words.touch(scene, scene.load(0)) + "; "
                            + Words.touch(scene, scene.load(pages - 1)) + "; "
                            + Words.touch(scene, scene.load(5));
                })
                .cases();
    }

    private static String minor(Scene scene, boolean wp) {
        int pages = pages(scene);
        scene.prepare(pages, wp ? Modes.WP | Modes.MINOR : Modes.MINOR, 0);
        boolean eachMinor = true;
        boolean flipped = true;
        for (int i = 0; i < pages; i++) {
            scene.put(i, i + 1);
        }
        for (int i = 0; i < pages; i++) {
            eachMinor &= Words.touch(scene, scene.load(i)).equals("MINOR");
            scene.put(i, ~(i + 1));
            Scene.require(scene.resume(i, wp ? Uffd.WRITE_PROTECTED : 0));
            flipped &= scene.thread().result().equals(new Result.Done(~(i + 1) & 0xff));
        }
        String text = (eachMinor ? "each MINOR" : "not each MINOR") + "; " + (flipped ? "flipped" : "stale") + "; "
                + Words.of(scene.resume(0, 0));
        if (!wp) {
            return text;
        }
        String event = Words.touch(scene, scene.store(0, 1));
        Scene.require(scene.protect(0, false));
        return text + "; " + event + "; " + scene.thread().result();
    }

    private static List<Case> signals() {
        return new CaseList(SECTION)
                .add(
                        "sigbus",
                        ALL,
                        "each SIGBUS, then 9; child: SIGBUS; 9; SIGBUS; no event"
                                + " | shmem, hugetlb: each SIGBUS, then 9; child: SIGBUS; 9; ok; no event",
                        scene -> sigbus(scene, false))
                .add(
                        "sigbus-wp",
                        ALL,
                        "each SIGBUS, then 9; SIGBUS; ok; child: SIGBUS; 9; SIGBUS; no event"
                                + " | shmem, hugetlb: each SIGBUS, then 9; SIGBUS; ok; child: SIGBUS; 9; ok; no event",
                        scene -> sigbus(scene, true))
                .cases();
    }

    private static String sigbus(Scene scene, boolean wp) {
        int pages = pages(scene);
        scene.prepare(pages + 1, wp ? Modes.MISSING | Modes.WP : Modes.MISSING, SIGBUS | FORK);
        boolean each = true;
        for (int i = 0; i < pages; i++) {
            each &= scene.load(i).toString().equals("SIGBUS");
            Scene.require(scene.copy(i, 9, 0));
            each &= Words.value(scene.load(i)).equals("9");
        }
        StringBuilder text = new StringBuilder(each ? "each SIGBUS, then 9" : "not each");
        if (wp) {
            Scene.require(scene.protect(0, true));
            text.append("; ").append(scene.store(0, 1));
            Scene.require(scene.protect(0, false));
            text.append("; ").append(scene.store(0, 9));
        }
        try (Uffd ofChild = EventCases.fork(scene)) {
            SubjectProcess child = scene.closeAtEnd(scene.process().takeChild());
            long last = scene.page(pages);
            text.append("; child: ").append(child.thread().run(new Action.Load(last)));
            Scene.require(ofChild.copy(last, scene.content(9), scene.pageBytes(), 0));
            text.append("; ").append(Words.value(child.thread().run(new Action.Load(last))));
            ofChild.unregister(Scene.BASE, pages * scene.pageBytes());
            Scene.require(child.thread().run(new Action.Unmap(last, scene.pageBytes())));
            Scene.require(child.thread().run(scene.mapping(last, 1)));
            ofChild.register(last, scene.pageBytes(), Modes.MISSING);
            text.append("; ").append(child.thread().run(new Action.Load(last)));
            text.append("; ").append(Words.of(scene.read(ofChild)));
        }
        return text.toString();
    }

    private static List<Case> forks() {
        Set<Need> swap = Set.of(Need.SWAP);
        return new CaseList(SECTION)
                .add("wp-fork", ALL, "parent wp, child not; ok; WP+WRITE; ok", scene -> fork(scene, 0, false))
                .add(
                        "wp-fork, swapped",
                        BASE_PAGES,
                        swap,
                        "parent wp, child not; ok; WP+WRITE; ok",
                        scene -> fork(scene, 0, true))
                .add("wp-fork-with-event", ALL, "parent wp, child wp; WP+WRITE; ok", scene -> fork(scene, FORK, false))
                .add("uffd-wp-mremap", ALL, "file wp to file | anon: own wp to own", scene -> mremap(scene, false))
                .add(
                        "uffd-wp-mremap, swapped",
                        Set.of(MemoryKind.ANON),
                        swap,
                        "entry wp to entry",
                        scene -> mremap(scene, true))
                .cases();
    }

    private static String fork(Scene scene, long features, boolean swapped) {
        scene.prepare(1, Modes.WP, features);
        Scene.require(scene.store(0, 5));
        Scene.require(scene.protect(0, true));
        if (swapped) {
            scene.process().swapOut(Scene.BASE, scene.pageBytes());
        }
        Uffd ofChild = features == 0 ? null : EventCases.fork(scene);
        if (ofChild == null) {
            Scene.require(scene.run(new Action.Fork()));
        } else {
            scene.closeAtEnd(ofChild);
        }
        SubjectProcess child = scene.closeAtEnd(scene.process().takeChild());
        String text = "parent " + protection(scene, scene.process()) + ", child "
                + (protection(scene, child).equals("wp") ? "wp" : "not");
        Result inChild = child.thread().run(new Action.Store(Scene.BASE, 6));
        if (ofChild == null) {
            String inParent = Words.touch(scene, scene.store(0, 7));
            Scene.require(scene.protect(0, false));
            return text + "; " + inChild + "; " + inParent + "; "
                    + scene.thread().result();
        }
        String event = Words.of(scene.read(ofChild));
        Scene.require(ofChild.writeProtect(Scene.BASE, scene.pageBytes(), false, 0));
        return text + "; " + event + "; " + child.thread().result();
    }

    private static String protection(Scene scene, SubjectProcess process) {
        return Words.entry(process, scene, Scene.BASE).endsWith("wp") ? "wp" : "none";
    }

    private static String mremap(Scene scene, boolean swapped) {
        scene.prepare(2, scene.allModes(), 0);
        PageState.PROTECTED.prepare(scene, 0);
        if (swapped) {
            scene.process().swapOut(Scene.BASE, scene.pageBytes());
        }
        String before = Words.entry(scene, Scene.BASE);
        long length = 2 * scene.pageBytes();
        Scene.require(scene.run(new Action.Remap(Scene.BASE, length, length, Scene.ELSEWHERE, false)));
        return before + " to " + Words.entry(scene, Scene.ELSEWHERE);
    }

    private static List<Case> children() {
        return new CaseList(SECTION)
                .add(
                        "events",
                        ALL,
                        "each MISSING; REMAP; ok; MISSING; REMOVE; ok; MISSING",
                        scene -> events(scene, false))
                .add(
                        "events-wp",
                        ALL,
                        "each MISSING; WP+WRITE; ok; REMAP; ok; MISSING; REMOVE; ok; MISSING",
                        scene -> events(scene, true))
                .add("child of a shared file sees what the parent wrote", SHARED, "9", scene -> {
                    scene.prepare(1, Modes.WP, 0);
                    Scene.require(scene.store(0, 9));
                    Scene.require(scene.run(new Action.Fork()));
                    SubjectProcess child = scene.closeAtEnd(scene.process().takeChild());
                    return Words.value(child.thread().run(new Action.Load(Scene.BASE)));
                })
                .add("child of a private file sees what the parent wrote", PRIVATE_FILES, "9", scene -> {
                    scene.prepare(1, Modes.WP, 0);
                    Scene.require(scene.store(0, 9));
                    Scene.require(scene.run(new Action.Fork()));
                    SubjectProcess child = scene.closeAtEnd(scene.process().takeChild());
                    return Words.value(child.thread().run(new Action.Load(Scene.BASE)));
                })
                .cases();
    }

    /** A child that is served like its parent: faults, moves its memory, faults, and gives it back. */
    private static String events(Scene scene, boolean wp) {
        int pages = pages(scene);
        scene.prepare(pages + 1, wp ? Modes.MISSING | Modes.WP : Modes.MISSING, CHILD_EVENTS);
        Uffd ofChild = scene.closeAtEnd(EventCases.fork(scene));
        SubjectProcess child = scene.closeAtEnd(scene.process().takeChild());
        boolean each = true;
        for (int i = 0; i < pages; i++) {
            child.thread().run(new Action.Load(scene.page(i)));
            each &= Words.of(scene.read(ofChild)).equals("MISSING");
            Scene.require(ofChild.copy(scene.page(i), scene.content(9), scene.pageBytes(), 0));
            each &= Words.value(child.thread().result()).equals("9");
        }
        List<String> seen = new ArrayList<>(List.of(each ? "each MISSING" : "not each MISSING"));
        if (wp) {
            Scene.require(ofChild.writeProtect(Scene.BASE, scene.pageBytes(), true, 0));
            child.thread().run(new Action.Store(Scene.BASE, 9));
            seen.add(Words.of(scene.read(ofChild)));
            Scene.require(ofChild.writeProtect(Scene.BASE, scene.pageBytes(), false, 0));
            seen.add(child.thread().result().toString());
        }
        long length = (pages + 1) * scene.pageBytes();
        child.thread().run(new Action.Remap(Scene.BASE, length, length, Scene.ELSEWHERE, false));
        seen.add(Words.of(scene.read(ofChild)));
        seen.add(child.thread().result().toString());
        long last = Scene.ELSEWHERE + pages * scene.pageBytes();
        child.thread().run(new Action.Load(last));
        seen.add(Words.of(scene.read(ofChild)));
        Scene.require(ofChild.copy(last, scene.content(9), scene.pageBytes(), 0));
        child.thread()
                .run(new Action.Advise(
                        last, scene.pageBytes(), scene.kind().isShared() ? Advice.REMOVE : Advice.DONTNEED));
        seen.add(Words.of(scene.read(ofChild)));
        seen.add(child.thread().result().toString());
        child.thread().run(new Action.Load(last));
        List<UffdEvent> again = scene.read(ofChild);
        seen.add(Words.of(again));
        return String.join("; ", seen);
    }
}
