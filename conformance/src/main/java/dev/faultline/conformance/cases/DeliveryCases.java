package dev.faultline.conformance.cases;

import static dev.faultline.conformance.cases.CaseList.ALL;
import static dev.faultline.conformance.cases.CaseList.OF_FILES;

import dev.faultline.conformance.subject.Action;
import dev.faultline.conformance.subject.Result;
import dev.faultline.conformance.subject.SubjectProcess;
import dev.faultline.conformance.subject.SubjectThread;
import dev.faultline.uffd.Outcome;
import dev.faultline.uffd.Uffd;
import dev.faultline.uffd.UffdBacklog;
import dev.faultline.uffd.UffdEvent;
import dev.faultline.uffd.UffdFeature;
import java.util.ArrayList;
import java.util.List;

/** Section 3.3 of the semantics: how faults are told, who is woken by what; and 3.2, what is left when the process ends. */
final class DeliveryCases {
    private static final String SECTION = "3.3 delivery and waking";
    private static final String END = "3.2 end of process and descriptor";
    private static final int OFFSET = 123;

    private DeliveryCases() {}

    static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        cases.addAll(messages());
        cases.addAll(waking());
        cases.addAll(unregistering());
        cases.addAll(others());
        cases.addAll(ends());
        return cases;
    }

    private static String loadPage(SubjectThread thread, Scene scene, int page) {
        return thread.run(new Action.Load(scene.page(page))).toString();
    }

    private static UffdEvent.PageFault fault(Scene scene) {
        return (UffdEvent.PageFault) scene.read(scene.uffd()).getFirst();
    }

    private static List<Case> messages() {
        return new CaseList(SECTION)
                .add("two threads on one page are two messages", ALL, "MISSING then MISSING; ok; ok", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    SubjectThread second = scene.process().newThread();
                    loadPage(scene.thread(), scene, 0);
                    loadPage(second, scene, 0);
                    String events = Words.of(scene.read(scene.uffd()));
                    Scene.require(scene.copy(0, 9, 0));
                    return events + "; " + scene.thread().result() + "; " + second.result();
                })
                .add("messages come in the order of the faults", ALL, "page 1, page 0", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    SubjectThread second = scene.process().newThread();
                    loadPage(scene.thread(), scene, 1);
                    loadPage(second, scene, 0);
                    return pages(scene);
                })
                .add(
                        "a fault that is resolved before it is read is not told",
                        ALL,
                        "1 of 1; ok; 0 of 0; no event",
                        scene -> {
                            scene.prepare(2, scene.allModes(), 0);
                            loadPage(scene.thread(), scene, 0);
                            String waiting = backlog(scene);
                            Scene.require(scene.copy(0, 9, 0));
                            return waiting + "; " + scene.thread().result() + "; " + backlog(scene) + "; "
                                    + Words.of(scene.read(scene.uffd()));
                        })
                .add(
                        "a fault that was read stays in the backlog until it is woken",
                        ALL,
                        "1 of 1; 0 of 1; 0 of 0",
                        scene -> {
                            scene.prepare(2, scene.allModes(), 0);
                            loadPage(scene.thread(), scene, 0);
                            String unread = backlog(scene);
                            scene.read(scene.uffd());
                            String read = backlog(scene);
                            Scene.require(scene.copy(0, 9, 0));
                            return unread + "; " + read + "; " + backlog(scene);
                        })
                .add("the address is that of the page", ALL, "page 1 + 0", scene -> exact(scene, 0))
                .add(
                        "the address is exact with EXACT_ADDRESS",
                        ALL,
                        "page 1 + 123",
                        scene -> exact(scene, UffdFeature.EXACT_ADDRESS.mask()))
                .add("no thread id without THREAD_ID", ALL, "0", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    loadPage(scene.thread(), scene, 0);
                    return Integer.toString(fault(scene).threadId());
                })
                .add("the thread's id with THREAD_ID", ALL, "the second thread", scene -> {
                    scene.prepare(2, scene.allModes(), UffdFeature.THREAD_ID.mask());
                    SubjectThread second = scene.process().newThread();
                    loadPage(second, scene, 0);
                    int id = fault(scene).threadId();
                    return id == scene.process().idOf(second) ? "the second thread" : Integer.toString(id);
                })
                .cases();
    }

    private static String exact(Scene scene, long features) {
        scene.prepare(2, scene.allModes(), features);
        scene.run(new Action.Load(scene.page(1) + OFFSET));
        return "page 1 + " + (fault(scene).address() - scene.page(1));
    }

    private static String pages(Scene scene) {
        List<String> pages = new ArrayList<>();
        for (UffdEvent event : scene.read(scene.uffd())) {
            pages.add("page " + (((UffdEvent.PageFault) event).address() - Scene.BASE) / scene.pageBytes());
        }
        return String.join(", ", pages);
    }

    private static String backlog(Scene scene) {
        UffdBacklog backlog = scene.uffd().backlog();
        return backlog.unread() + " of " + backlog.unresolved();
    }

    private static List<Case> waking() {
        CaseList list = new CaseList(SECTION);
        list.add("WAKE alone: the thread faults again", ALL, "MISSING; waits for the page; MISSING", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    String first = Words.touch(scene, scene.load(0));
                    Scene.require(scene.uffd().wake(Scene.BASE, scene.pageBytes()));
                    return first + "; " + scene.thread().result() + "; " + Words.of(scene.read(scene.uffd()));
                })
                .add("WAKE of another page wakes nobody", ALL, "MISSING; waits for the page; no event", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    String first = Words.touch(scene, scene.load(0));
                    Scene.require(scene.uffd().wake(scene.page(1), scene.pageBytes()));
                    return first + "; " + scene.thread().result() + "; " + Words.of(scene.read(scene.uffd()));
                })
                .add("a signal, unread: one message in its place", ALL, "1 of 1; MISSING", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    loadPage(scene.thread(), scene, 0);
                    scene.thread().interrupt();
                    return backlog(scene) + "; " + Words.of(scene.read(scene.uffd()));
                })
                .add(
                        "a signal after the reading: a new message",
                        ALL,
                        "MISSING; MISSING; waits for the page",
                        scene -> {
                            scene.prepare(2, scene.allModes(), 0);
                            String first = Words.touch(scene, scene.load(0));
                            scene.thread().interrupt();
                            return first + "; " + Words.of(scene.read(scene.uffd())) + "; "
                                    + scene.thread().result();
                        })
                .add("COPY with DONTWAKE, then WAKE", ALL, "waits for the page; ok", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    Words.touch(scene, scene.load(0));
                    Scene.require(scene.copy(0, 9, Uffd.DONT_WAKE));
                    Result asleep = scene.thread().result();
                    Scene.require(scene.uffd().wake(Scene.BASE, scene.pageBytes()));
                    return asleep + "; " + scene.thread().result();
                })
                .add("CONTINUE with DONTWAKE, then WAKE", OF_FILES, "waits for the page; ok", scene -> {
                    minorFault(scene, 0);
                    Scene.require(scene.resume(0, Uffd.DONT_WAKE));
                    Result asleep = scene.thread().result();
                    Scene.require(scene.uffd().wake(Scene.BASE, scene.pageBytes()));
                    return asleep + "; " + scene.thread().result();
                })
                .add("CONTINUE wakes", OF_FILES, "MINOR; 7", scene -> minorFault(scene, 0) + "; " + resumed(scene))
                .add("ZEROPAGE wakes", CaseList.BASE_PAGES, "MISSING; 0", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    String event = Words.touch(scene, scene.load(0));
                    Scene.require(scene.uffd().zeroPages(Scene.BASE, scene.pageBytes(), 0));
                    return event + "; " + Words.value(scene.thread().result());
                })
                .add("POISON wakes", ALL, "MISSING; SIGBUS", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    String event = Words.touch(scene, scene.load(0));
                    Scene.require(scene.poison(0));
                    return event + "; " + scene.thread().result();
                })
                .add("WRITEPROTECT off wakes", ALL, "WP+WRITE; ok", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    PageState.PROTECTED.prepare(scene, 0);
                    String event = Words.touch(scene, scene.store(0, 9));
                    Scene.require(scene.protect(0, false));
                    return event + "; " + scene.thread().result();
                })
                .add("WRITEPROTECT off with DONTWAKE, then WAKE", ALL, "WP+WRITE; waits for the page; ok", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    PageState.PROTECTED.prepare(scene, 0);
                    String event = Words.touch(scene, scene.store(0, 9));
                    Scene.require(scene.uffd().writeProtect(Scene.BASE, scene.pageBytes(), false, Uffd.DONT_WAKE));
                    Result asleep = scene.thread().result();
                    Scene.require(scene.uffd().wake(Scene.BASE, scene.pageBytes()));
                    return event + "; " + asleep + "; " + scene.thread().result();
                })
                .add("a fill wakes all waiters of its range", ALL, "ok; ok", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    SubjectThread second = scene.process().newThread();
                    loadPage(scene.thread(), scene, 0);
                    loadPage(second, scene, 1);
                    scene.read(scene.uffd());
                    Scene.require(scene.uffd().copy(Scene.BASE, scene.content(9, 2), 2 * scene.pageBytes(), 0));
                    return scene.thread().result() + "; " + second.result();
                })
                .add("a partial CONTINUE wakes what it mapped", OF_FILES, "ok; waits for the page", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    SubjectThread second = scene.process().newThread();
                    scene.put(0, 7);
                    loadPage(scene.thread(), scene, 0);
                    loadPage(second, scene, 1);
                    scene.read(scene.uffd());
                    Outcome _ = scene.uffd().continuePages(Scene.BASE, 2 * scene.pageBytes(), 0);
                    return scene.thread().result() + "; " + second.result();
                })
                .add("EEXIST wakes nobody, WAKE does", ALL, "EEXIST -17; waits for the page; ok", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    loadPage(scene.thread(), scene, 0);
                    Scene.require(scene.copy(0, 9, Uffd.DONT_WAKE));
                    String exists = Words.of(scene.copy(0, 9, 0));
                    Result asleep = scene.thread().result();
                    Scene.require(scene.uffd().wake(Scene.BASE, scene.pageBytes()));
                    return exists + "; " + asleep + "; " + scene.thread().result();
                });
        return list.cases();
    }

    /** Prepares the scene and has its thread load a page that the file holds. */
    private static String minorFault(Scene scene, long features) {
        scene.prepare(2, scene.allModes(), features);
        scene.put(0, PageState.CONTENT);
        return Words.touch(scene, scene.load(0));
    }

    private static String resumed(Scene scene) {
        Scene.require(scene.resume(0, 0));
        return Words.value(scene.thread().result());
    }

    private static List<Case> unregistering() {
        return new CaseList(SECTION)
                .add("UNREGISTER of the library wakes who waits for a missing page", ALL, "ok", scene -> {
                    scene.prepare(2, Modes.MISSING, 0);
                    scene.load(0);
                    scene.uffd().unregister(Scene.BASE, 2 * scene.pageBytes());
                    return scene.thread().result().toString();
                })
                .add("UNREGISTER of the library wakes who waits for a minor fault", OF_FILES, "ok", scene -> {
                    scene.prepare(2, Modes.MINOR, 0);
                    scene.put(0, 7);
                    scene.load(0);
                    scene.uffd().unregister(Scene.BASE, 2 * scene.pageBytes());
                    return scene.thread().result().toString();
                })
                .add("UNREGISTER alone wakes who waits for a missing page", ALL, "ok", scene -> {
                    scene.prepare(2, Modes.MISSING, 0);
                    scene.load(0);
                    scene.process().unregisterOnly(scene.uffd(), Scene.BASE, 2 * scene.pageBytes());
                    return scene.thread().result().toString();
                })
                .add(
                        "UNREGISTER alone does not wake who waits for a minor fault",
                        OF_FILES,
                        "waits for the page; ok",
                        scene -> {
                            scene.prepare(2, Modes.MINOR, 0);
                            scene.put(0, 7);
                            scene.load(0);
                            scene.process().unregisterOnly(scene.uffd(), Scene.BASE, 2 * scene.pageBytes());
                            Result asleep = scene.thread().result();
                            Scene.require(scene.uffd().wake(Scene.BASE, scene.pageBytes()));
                            return asleep + "; " + scene.thread().result();
                        })
                .add("UNREGISTER alone does not wake who waits to write", ALL, "waits for the page; ok", scene -> {
                    scene.prepare(2, Modes.WP, 0);
                    PageState.PROTECTED.prepare(scene, 0);
                    scene.store(0, 9);
                    scene.process().unregisterOnly(scene.uffd(), Scene.BASE, 2 * scene.pageBytes());
                    Result asleep = scene.thread().result();
                    Scene.require(scene.uffd().wake(Scene.BASE, scene.pageBytes()));
                    return asleep + "; " + scene.thread().result();
                })
                .add("close lets a missing fault through", ALL, "MISSING; 0", scene -> {
                    scene.prepare(2, Modes.MISSING, 0);
                    String event = Words.touch(scene, scene.load(0));
                    scene.uffd().close();
                    return event + "; " + Words.value(scene.thread().result());
                })
                .add("close lets a minor fault through", OF_FILES, "MINOR; 7", scene -> {
                    String event = minorFault(scene, 0);
                    scene.uffd().close();
                    return event + "; " + Words.value(scene.thread().result());
                })
                .add("close lifts write protection", ALL, "file wp; file; - | anon: own wp; own; -", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    PageState.PROTECTED.prepare(scene, 0);
                    String before = Words.entry(scene, Scene.BASE);
                    scene.uffd().close();
                    return before + "; " + Words.entry(scene, Scene.BASE) + "; " + RangeCases.flags(scene, 0);
                })
                .cases();
    }

    private static List<Case> others() {
        return new CaseList(SECTION)
                .add(
                        "another userfaultfd may fill, but its wake does not reach",
                        ALL,
                        "OK; waits for the page; ok",
                        scene -> {
                            Uffd first = scene.prepare(2, scene.allModes(), 0);
                            scene.load(0);
                            scene.read(first);
                            scene.open(0);
                            String filled = Words.of(scene.copy(0, 9, 0));
                            Result asleep = scene.thread().result();
                            Scene.require(first.wake(Scene.BASE, scene.pageBytes()));
                            return filled + "; " + asleep + "; "
                                    + scene.thread().result();
                        })
                .add("another userfaultfd may CONTINUE", OF_FILES, "OK; file", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    scene.put(0, 7);
                    scene.open(0);
                    return Words.of(scene.resume(0, 0)) + "; " + Words.entry(scene, Scene.BASE);
                })
                .add("another userfaultfd may protect", ALL, "OK", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    scene.open(0);
                    return Words.of(scene.protect(0, true));
                })
                .add("another userfaultfd may poison", ALL, "OK; SIGBUS", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    scene.open(0);
                    return Words.of(scene.poison(0)) + "; " + scene.load(0);
                })
                .add("another userfaultfd may not MOVE", CaseList.ANON, "EINVAL -22", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    scene.open(0);
                    Scene.require(scene.run(new Action.Map(
                            Scene.BESIDE, scene.pageBytes(), false, Scene.PROT_BOTH, null, 0, false, false)));
                    Scene.require(scene.run(new Action.Store(Scene.BESIDE, 1)));
                    return Words.of(scene.uffd().move(Scene.BASE, Scene.BESIDE, scene.pageBytes(), 0));
                })
                .add("SIGBUS instead of events with the feature", ALL, "SIGBUS; no event; OK; silent 9", scene -> {
                    scene.prepare(2, scene.allModes(), UffdFeature.SIGBUS.mask());
                    return scene.load(0) + "; " + Words.of(scene.read(scene.uffd())) + "; "
                            + Words.of(scene.copy(0, 9, 0)) + "; " + Words.touch(scene, scene.load(0));
                })
                .add("SIGBUS instead of a minor fault", OF_FILES, "SIGBUS; OK; silent 7", scene -> {
                    scene.prepare(2, scene.allModes(), UffdFeature.SIGBUS.mask());
                    scene.put(0, 7);
                    return scene.load(0) + "; " + Words.of(scene.resume(0, 0)) + "; "
                            + Words.touch(scene, scene.load(0));
                })
                .cases();
    }

    private static List<Case> ends() {
        CaseList list = new CaseList(END);
        for (String call : List.of("COPY", "CONTINUE", "WP on", "WP off", "POISON")) {
            list.add(call + " when the process has ended", ALL, "ESRCH", scene -> {
                scene.prepare(2, scene.allModes(), 0);
                scene.process().exit();
                return Words.of(FillCases.call(scene, call));
            });
        }
        return list.add("ZEROPAGE when the process has ended", ALL, "ESRCH", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    scene.process().exit();
                    return Words.of(FillCases.call(scene, "ZEROPAGE"));
                })
                .add("WAKE when the process has ended", ALL, "OK", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    scene.process().exit();
                    return Words.of(scene.uffd().wake(Scene.BASE, scene.pageBytes()));
                })
                .add("REGISTER when the process has ended", ALL, "ENOMEM", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    scene.process().exit();
                    return scene.tryRegister(2, Modes.MISSING);
                })
                .add("UNREGISTER when the process has ended", ALL, "ENOMEM", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    scene.process().exit();
                    return Words.of(() -> scene.uffd().unregister(Scene.BASE, scene.pageBytes()));
                })
                .add("read when the process has ended", ALL, "no event; 0 of 0", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    SubjectProcess process = scene.process();
                    scene.load(0);
                    process.exit();
                    return Words.of(scene.read(scene.uffd())) + "; " + backlog(scene);
                })
                .cases();
    }
}
