package dev.faultline.conformance.cases;

import static dev.faultline.conformance.cases.CaseList.ALL;
import static dev.faultline.conformance.cases.CaseList.ANON;
import static dev.faultline.conformance.cases.CaseList.BASE_PAGES;
import static dev.faultline.conformance.cases.CaseList.OF_FILES;

import dev.faultline.conformance.subject.Action;
import dev.faultline.conformance.subject.Action.Advice;
import dev.faultline.conformance.subject.MemoryKind;
import dev.faultline.conformance.subject.Result;
import dev.faultline.conformance.subject.SubjectProcess;
import dev.faultline.uffd.Uffd;
import dev.faultline.uffd.UffdEvent;
import dev.faultline.uffd.UffdFeature;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Sections 3.4 and 3.5 of the semantics: what changes to mappings are told, and what waits meanwhile. */
final class EventCases {
    private static final String SECTION = "3.5 events";
    private static final String CHANGING = "3.4 while the mappings change";
    private static final long REMOVE = UffdFeature.EVENT_REMOVE.mask();
    private static final long UNMAP = UffdFeature.EVENT_UNMAP.mask();
    private static final long REMAP = UffdFeature.EVENT_REMAP.mask();
    private static final long FORK = UffdFeature.EVENT_FORK.mask();
    private static final long EVENTS = REMOVE | UNMAP | REMAP;

    private EventCases() {}

    static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        cases.addAll(advice());
        cases.addAll(silent());
        cases.addAll(unmapping());
        cases.addAll(moving());
        cases.addAll(forking());
        cases.addAll(changing());
        return cases;
    }

    /** What an action gives at once, the events that are read one by one, and what it gives in the end. */
    private static String announced(Scene scene, Action action) {
        StringBuilder text = new StringBuilder();
        Result result = scene.run(action);
        if (result.isBlocked()) {
            text.append("waits; ");
        }
        while (true) {
            List<UffdEvent> events = scene.read(scene.uffd());
            if (events.isEmpty()) {
                break;
            }
            events.forEach(event -> text.append(describe(scene, event)).append("; "));
        }
        return text.append(scene.thread().result()).toString();
    }

    private static String describe(Scene scene, UffdEvent event) {
        return switch (event) {
            case UffdEvent.Remove remove -> "REMOVE " + pages(scene, remove.start(), remove.lengthBytes());
            case UffdEvent.Unmap unmap -> "UNMAP " + pages(scene, unmap.start(), unmap.lengthBytes());
            case UffdEvent.Remap remap ->
                "REMAP " + pages(scene, remap.from(), remap.lengthBytes()) + " to "
                        + (remap.to() == Scene.ELSEWHERE ? "elsewhere" : Long.toHexString(remap.to()));
            default -> Words.of(event);
        };
    }

    private static String pages(Scene scene, long start, long lengthBytes) {
        return (start - Scene.BASE) / scene.pageBytes() + "+" + lengthBytes / scene.pageBytes();
    }

    private static List<Case> advice() {
        CaseList list = new CaseList(SECTION);
        advised(list, Advice.DONTNEED, ALL, "waits; REMOVE 1+2; ok; none");
        advised(list, Advice.DONTNEED_LOCKED, ALL, "waits; REMOVE 1+2; ok; none");
        advised(
                list,
                Advice.FREE,
                ALL,
                "waits; REMOVE 1+2; ok; own | shmem-private: waits; REMOVE 1+2; EINVAL; own"
                        + " | shmem: waits; REMOVE 1+2; EINVAL; file"
                        + " | hugetlb: EINVAL; file | hugetlb-private: EINVAL; own");
        advised(
                list,
                Advice.REMOVE,
                ALL,
                "waits; REMOVE 1+2; ok; none | anon: EINVAL; own | shmem-private: EACCES; own"
                        + " | hugetlb-private: EACCES; own");
        return list.add("DONTNEED of less than a huge page does nothing", CaseList.HUGE, "ok; file", scene -> {
                    scene.prepare(2, scene.allModes(), EVENTS);
                    scene.put(0, 7);
                    Scene.require(scene.resume(0, 0));
                    return announced(scene, new Action.Advise(Scene.BASE, 4096, Advice.DONTNEED)) + "; "
                            + Words.entry(scene, Scene.BASE);
                })
                .add("DONTNEED inside a huge page", CaseList.HUGE, "EINVAL; file", scene -> {
                    scene.prepare(2, scene.allModes(), EVENTS);
                    scene.put(0, 7);
                    Scene.require(scene.resume(0, 0));
                    return announced(scene, new Action.Advise(Scene.BASE + 4096, 4096, Advice.DONTNEED)) + "; "
                            + Words.entry(scene, Scene.BASE);
                })
                .add("page faults are told before older events", ALL, "MISSING then REMOVE", scene -> {
                    scene.prepare(3, scene.allModes(), EVENTS);
                    scene.advise(0, 1, Advice.DONTNEED);
                    scene.process().newThread().run(new Action.Load(scene.page(2)));
                    return Words.of(scene.read(scene.uffd()));
                })
                .cases();
    }

    private static void advised(CaseList list, Advice advice, Set<MemoryKind> kinds, String expected) {
        list.add("MADV_" + advice, kinds, expected, scene -> {
            scene.prepare(3, scene.allModes(), EVENTS);
            Scene.require(scene.copy(1, 7, 0));
            String told = announced(scene, new Action.Advise(scene.page(1), 2 * scene.pageBytes(), advice));
            return told + "; " + Words.entry(scene, scene.page(1));
        });
    }

    private static List<Case> silent() {
        return new CaseList(SECTION)
                .add("mprotect is no event", ALL, "ok", scene -> {
                    scene.prepare(2, scene.allModes(), EVENTS);
                    return announced(scene, new Action.Protect(Scene.BASE, scene.pageBytes(), Scene.PROT_READ));
                })
                .add("MADV_PAGEOUT is no event", BASE_PAGES, "ok", scene -> {
                    scene.prepare(2, scene.allModes(), EVENTS);
                    return announced(scene, new Action.Advise(Scene.BASE, scene.pageBytes(), Advice.PAGEOUT));
                })
                .add("MADV_WILLNEED is no event", BASE_PAGES, "ok", scene -> {
                    scene.prepare(2, scene.allModes(), EVENTS);
                    return announced(scene, new Action.Advise(Scene.BASE, scene.pageBytes(), Advice.WILLNEED));
                })
                .add("MADV_GUARD_INSTALL is no event", BASE_PAGES, "ok; SIGSEGV", scene -> {
                    scene.prepare(2, scene.allModes(), EVENTS);
                    String told =
                            announced(scene, new Action.Advise(Scene.BASE, scene.pageBytes(), Advice.GUARD_INSTALL));
                    return told + "; " + scene.load(0);
                })
                .add("a hole punched into the file is no event", OF_FILES, "no event; none; MISSING", scene -> {
                    scene.prepare(2, scene.allModes(), EVENTS);
                    PageState.PRESENT.prepare(scene, 1);
                    scene.file().punchHole(scene.pageBytes(), scene.pageBytes());
                    return Words.of(scene.read(scene.uffd())) + "; " + Words.entry(scene, scene.page(1)) + "; "
                            + Words.touch(scene, scene.load(1));
                })
                .add("a shorter file is no event", OF_FILES, "no event; none; SIGBUS", scene -> {
                    scene.prepare(2, scene.allModes(), EVENTS);
                    PageState.PRESENT.prepare(scene, 1);
                    scene.file().resize(scene.pageBytes());
                    return Words.of(scene.read(scene.uffd())) + "; " + Words.entry(scene, scene.page(1)) + "; "
                            + scene.load(1);
                })
                .add("MADV_DONTNEED of an alias is no event", OF_FILES, "ok; file", scene -> {
                    scene.prepare(2, scene.allModes(), EVENTS);
                    PageState.PRESENT.prepare(scene, 1);
                    Scene.require(scene.run(scene.mapping(Scene.BESIDE, 2)));
                    String told =
                            announced(scene, new Action.Advise(Scene.BESIDE, 2 * scene.pageBytes(), Advice.DONTNEED));
                    return told + "; " + Words.entry(scene, scene.page(1));
                })
                .add("MADV_REMOVE of an alias is no event", CaseList.SHARED, "ok; none", scene -> {
                    scene.prepare(2, scene.allModes(), EVENTS);
                    PageState.PRESENT.prepare(scene, 1);
                    Scene.require(scene.run(scene.mapping(Scene.BESIDE, 2)));
                    String told =
                            announced(scene, new Action.Advise(Scene.BESIDE, 2 * scene.pageBytes(), Advice.REMOVE));
                    return told + "; " + Words.entry(scene, scene.page(1));
                })
                .add("MADV_DONTNEED without EVENT_REMOVE", ALL, "ok", scene -> {
                    scene.prepare(2, scene.allModes(), UNMAP | REMAP);
                    return announced(scene, new Action.Advise(Scene.BASE, scene.pageBytes(), Advice.DONTNEED));
                })
                .cases();
    }

    private static List<Case> unmapping() {
        return new CaseList(SECTION)
                .add("munmap of the end", ALL, "waits; UNMAP 1+1; ok", scene -> {
                    scene.prepare(2, scene.allModes(), EVENTS);
                    return announced(scene, new Action.Unmap(scene.page(1), scene.pageBytes()));
                })
                .add("munmap of the middle", ALL, "waits; UNMAP 1+1; ok; 2", scene -> {
                    scene.prepare(3, scene.allModes(), EVENTS);
                    String told = announced(scene, new Action.Unmap(scene.page(1), scene.pageBytes()));
                    return told + "; "
                            + scene.process().mappings(Scene.BASE, Scene.BESIDE).size();
                })
                .add("munmap of two mappings is one event", ALL, "waits; UNMAP 0+2; ok", scene -> {
                    scene.prepare(2, scene.allModes(), EVENTS);
                    Scene.require(scene.run(new Action.Protect(scene.page(1), scene.pageBytes(), Scene.PROT_READ)));
                    return announced(scene, new Action.Unmap(Scene.BASE, 2 * scene.pageBytes()));
                })
                .add("mmap with MAP_FIXED over it", ALL, "waits; UNMAP 1+1; ok; -", scene -> {
                    scene.prepare(2, scene.allModes(), EVENTS);
                    String told = announced(scene, scene.mapping(scene.page(1), 1));
                    return told + "; " + RangeCases.flags(scene, 1);
                })
                .add("mremap to a shorter length", ALL, "waits; UNMAP 1+1; ok", scene -> {
                    scene.prepare(2, scene.allModes(), EVENTS);
                    return announced(
                            scene, new Action.Remap(Scene.BASE, 2 * scene.pageBytes(), scene.pageBytes(), 0, false));
                })
                .add("munmap without EVENT_UNMAP", ALL, "ok", scene -> {
                    scene.prepare(2, scene.allModes(), REMOVE | REMAP);
                    return announced(scene, new Action.Unmap(scene.page(1), scene.pageBytes()));
                })
                .cases();
    }

    private static Action.Remap move(Scene scene, boolean keepOld) {
        long length = 2 * scene.pageBytes();
        return new Action.Remap(Scene.BASE, length, length, Scene.ELSEWHERE, keepOld);
    }

    private static String flagsElsewhere(Scene scene) {
        String flags = scene.process().vmFlags(Scene.ELSEWHERE);
        return flags.contains("um") ? "registered" : "not registered";
    }

    private static String loadElsewhere(Scene scene) {
        return Words.touch(scene, scene.run(new Action.Load(Scene.ELSEWHERE)));
    }

    private static List<Case> moving() {
        return new CaseList(SECTION)
                .add(
                        "mremap to another address",
                        ALL,
                        "waits; REMAP 0+2 to elsewhere; UNMAP 0+2; ok; registered; MISSING",
                        scene -> {
                            scene.prepare(2, scene.allModes(), EVENTS);
                            return announced(scene, move(scene, false)) + "; " + flagsElsewhere(scene) + "; "
                                    + loadElsewhere(scene);
                        })
                .add(
                        "mremap to another address, longer",
                        ANON,
                        "waits; REMAP 0+2 to elsewhere; UNMAP 0+2; ok; registered; MISSING",
                        scene -> {
                            scene.prepare(2, scene.allModes(), EVENTS);
                            long length = 2 * scene.pageBytes();
                            String told = announced(
                                    scene, new Action.Remap(Scene.BASE, length, 2 * length, Scene.ELSEWHERE, false));
                            return told + "; " + flagsElsewhere(scene) + "; "
                                    + Words.touch(scene, scene.run(new Action.Load(Scene.ELSEWHERE + length)));
                        })
                .add(
                        "mremap, EVENT_REMAP alone",
                        ALL,
                        "waits; REMAP 0+2 to elsewhere; ok; registered; MISSING",
                        scene -> {
                            scene.prepare(2, scene.allModes(), REMAP);
                            return announced(scene, move(scene, false)) + "; " + flagsElsewhere(scene) + "; "
                                    + loadElsewhere(scene);
                        })
                .add(
                        "mremap without EVENT_REMAP drops the registration",
                        ALL,
                        "ok; not registered; silent 0; ENOENT -2",
                        scene -> {
                            scene.prepare(2, scene.allModes(), 0);
                            return announced(scene, move(scene, false)) + "; " + flagsElsewhere(scene) + "; "
                                    + loadElsewhere(scene) + "; "
                                    + Words.of(scene.uffd()
                                            .copy(
                                                    Scene.ELSEWHERE + scene.pageBytes(),
                                                    scene.content(9),
                                                    scene.pageBytes(),
                                                    0));
                        })
                .add(
                        "mremap without EVENT_REMAP lifts write protection",
                        ALL,
                        "file wp; ok; file | anon: own wp; ok; own",
                        scene -> {
                            scene.prepare(2, scene.allModes(), 0);
                            PageState.PROTECTED.prepare(scene, 0);
                            String before = Words.entry(scene, Scene.BASE);
                            return before + "; " + announced(scene, move(scene, false)) + "; "
                                    + Words.entry(scene, Scene.ELSEWHERE);
                        })
                .add("mremap with EVENT_REMAP keeps write protection", ALL, "file wp | anon: own wp", scene -> {
                    scene.prepare(2, scene.allModes(), REMAP);
                    PageState.PROTECTED.prepare(scene, 0);
                    announced(scene, move(scene, false));
                    return Words.entry(scene, Scene.ELSEWHERE);
                })
                .add(
                        "mremap with DONTUNMAP",
                        ALL,
                        "waits; REMAP 0+2 to elsewhere; ok; registered; MISSING"
                                + " | hugetlb, hugetlb-private: EINVAL; not registered; SIGSEGV",
                        scene -> {
                            scene.prepare(2, scene.allModes(), EVENTS);
                            return announced(scene, move(scene, true)) + "; " + flagsElsewhere(scene) + "; "
                                    + loadElsewhere(scene);
                        })
                .cases();
    }

    private static List<Case> forking() {
        return new CaseList(SECTION)
                .add("fork with EVENT_FORK waits for the reader", ALL, "waits for the reader; FORK; ok", scene -> {
                    scene.prepare(2, scene.allModes(), FORK);
                    Result begun = scene.run(new Action.Fork());
                    int count = scene.uffd().read(scene.batch());
                    String event = Words.of(scene.batch().event(0));
                    try (Uffd _ = scene.uffd().takeForked(scene.batch(), 0)) {
                        String text = begun + "; " + (count == 1 ? event : count + " events") + "; "
                                + scene.thread().result();
                        scene.closeAtEnd(scene.process().takeChild());
                        return text;
                    }
                })
                .add("a child's faults come to its own userfaultfd", ALL, "MISSING; no event; OK; 9", scene -> {
                    scene.prepare(2, scene.allModes(), FORK);
                    try (Uffd ofChild = fork(scene)) {
                        SubjectProcess child = scene.closeAtEnd(scene.process().takeChild());
                        child.thread().run(new Action.Load(Scene.BASE));
                        String told = Words.of(scene.read(ofChild));
                        String ofParent = Words.of(scene.read(scene.uffd()));
                        String filled = Words.of(ofChild.copy(Scene.BASE, scene.content(9), scene.pageBytes(), 0));
                        return told + "; " + ofParent + "; " + filled + "; "
                                + Words.value(child.thread().result());
                    }
                })
                .add("a child's memory without EVENT_FORK is not registered", ALL, "-; 0", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    Scene.require(scene.run(new Action.Fork()));
                    SubjectProcess child = scene.closeAtEnd(scene.process().takeChild());
                    String flags = child.vmFlags(Scene.BASE).contains("um") ? "um" : "-";
                    return flags + "; " + Words.value(child.thread().run(new Action.Load(Scene.BASE)));
                })
                .add("the parent's userfaultfd fills the parent after a fork", ALL, "OK; silent 9", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    Scene.require(scene.run(new Action.Fork()));
                    scene.closeAtEnd(scene.process().takeChild());
                    return Words.of(scene.copy(0, 9, 0)) + "; " + Words.touch(scene, scene.load(0));
                })
                .cases();
    }

    /** Forks with EVENT_FORK. {@return the child's userfaultfd} */
    static Uffd fork(Scene scene) {
        scene.run(new Action.Fork());
        int _ = scene.uffd().read(scene.batch());
        return scene.uffd().takeForked(scene.batch(), 0);
    }

    private static List<Case> changing() {
        CaseList list = new CaseList(CHANGING);
        for (String call : List.of("COPY", "ZEROPAGE", "CONTINUE", "POISON")) {
            Set<MemoryKind> kinds = call.equals("ZEROPAGE") ? BASE_PAGES : ALL;
            list.add(call + " while a REMOVE is unread", kinds, "EAGAIN -11", scene -> {
                scene.prepare(2, scene.allModes(), EVENTS);
                scene.advise(0, 1, Advice.DONTNEED);
                return Words.of(FillCases.call(scene, call));
            });
        }
        return list.add("MOVE while a REMOVE is unread", ANON, "EAGAIN -11", scene -> {
                    scene.prepare(2, scene.allModes(), EVENTS);
                    Scene.require(scene.run(new Action.Map(
                            Scene.BESIDE, scene.pageBytes(), false, Scene.PROT_BOTH, null, 0, false, false)));
                    Scene.require(scene.run(new Action.Store(Scene.BESIDE, 1)));
                    scene.advise(0, 1, Advice.DONTNEED);
                    return Words.of(scene.uffd().move(scene.page(1), Scene.BESIDE, scene.pageBytes(), 0));
                })
                .add("WRITEPROTECT while a REMOVE is unread", ALL, "EAGAIN", scene -> {
                    scene.prepare(2, scene.allModes(), EVENTS);
                    scene.advise(0, 1, Advice.DONTNEED);
                    return Words.of(scene.protect(1, true));
                })
                .add("WAKE while a REMOVE is unread", ALL, "OK", scene -> {
                    scene.prepare(2, scene.allModes(), EVENTS);
                    scene.advise(0, 1, Advice.DONTNEED);
                    return Words.of(scene.uffd().wake(Scene.BASE, scene.pageBytes()));
                })
                .add("REGISTER and UNREGISTER while a REMOVE is unread", ALL, "OK; OK", scene -> {
                    scene.prepare(2, Modes.MISSING, EVENTS);
                    scene.advise(0, 1, Advice.DONTNEED);
                    return Words.of(() -> scene.register(2, Modes.MISSING)) + "; "
                            + Words.of(() -> scene.uffd().unregister(Scene.BASE, scene.pageBytes()));
                })
                .add("COPY while an UNMAP is unread", ALL, "EAGAIN -11", scene -> {
                    scene.prepare(2, scene.allModes(), EVENTS);
                    scene.run(new Action.Unmap(Scene.BASE, scene.pageBytes()));
                    return Words.of(scene.copy(1, 9, 0));
                })
                .add("COPY while a REMAP is unread", ALL, "EAGAIN -11", scene -> {
                    scene.prepare(2, scene.allModes(), EVENTS);
                    scene.run(move(scene, false));
                    return Words.of(scene.copy(1, 9, 0));
                })
                .add("COPY while a FORK is unread", ALL, "EAGAIN -11; OK", scene -> {
                    scene.prepare(2, scene.allModes(), FORK);
                    scene.run(new Action.Fork());
                    String changing = Words.of(scene.copy(1, 9, 0));
                    int _ = scene.uffd().read(scene.batch());
                    try (Uffd _ = scene.uffd().takeForked(scene.batch(), 0)) {
                        scene.closeAtEnd(scene.process().takeChild());
                        return changing + "; " + Words.of(scene.copy(1, 9, 0));
                    }
                })
                .add("COPY when the REMOVE was read and its thread went on", ALL, "EAGAIN -11; REMOVE; OK", scene -> {
                    scene.prepare(2, scene.allModes(), EVENTS);
                    scene.advise(0, 1, Advice.DONTNEED);
                    String changing = Words.of(scene.copy(1, 9, 0));
                    return changing + "; " + Words.of(scene.read(scene.uffd())) + "; " + Words.of(scene.copy(1, 9, 0));
                })
                .cases();
    }
}
