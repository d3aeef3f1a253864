package dev.faultline.conformance.cases;

import static dev.faultline.conformance.cases.CaseList.ALL;
import static dev.faultline.conformance.cases.CaseList.ANON;
import static dev.faultline.conformance.cases.CaseList.BASE_PAGES;
import static dev.faultline.conformance.cases.CaseList.HUGE;
import static dev.faultline.conformance.cases.CaseList.OF_FILES;
import static dev.faultline.conformance.cases.CaseList.SHARED;

import dev.faultline.conformance.kernel.X86;
import dev.faultline.conformance.subject.Action;
import dev.faultline.conformance.subject.Action.Advice;
import dev.faultline.conformance.subject.Need;
import dev.faultline.conformance.subject.RawCalls;
import dev.faultline.uffd.PageCategory;
import dev.faultline.uffd.Pagemap;
import dev.faultline.uffd.PagemapScan;
import dev.faultline.uffd.Uffd;
import dev.faultline.uffd.UffdFeature;
import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.os.LinuxException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Section 4 of the semantics: PAGEMAP_SCAN, and the tracking of writes by WP_ASYNC. */
final class ScanCases {
    private static final String SECTION = "4 page map and tracking";
    private static final long ASYNC = UffdFeature.WP_ASYNC.mask();
    private static final long WRITTEN = PageCategory.WRITTEN.mask();
    private static final long PRESENT = PageCategory.PRESENT.mask();
    private static final int PAGES = 3;

    private ScanCases() {}

    static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        cases.addAll(arguments());
        cases.addAll(categories());
        cases.addAll(tracking());
        cases.addAll(unseen());
        cases.addAll(together());
        return cases;
    }

    /** Registers the range for tracking and protects it. */
    private static void track(Scene scene) {
        scene.prepare(PAGES, scene.allModes() & ~Modes.MISSING, ASYNC);
        Scene.require(scene.uffd().writeProtect(Scene.BASE, PAGES * scene.pageBytes(), true, 0));
    }

    private static PagemapScan of(Scene scene, long flags, long inverted, long allOf, long anyOf, long reported) {
        return new PagemapScan(Scene.BASE, PAGES * scene.pageBytes(), flags, inverted, allOf, anyOf, reported, 0);
    }

    /** {@return the runs that a scan finds, in pages of the range, or how it fails} */
    private static String scan(Scene scene, PagemapScan scan) {
        List<String> runs = new ArrayList<>();
        try (Pagemap pagemap = scene.process().pagemap()) {
            pagemap.scan(
                    scan,
                    (start, length, _) ->
                            runs.add((start - Scene.BASE) / scene.pageBytes() + "+" + length / scene.pageBytes()));
        } catch (LinuxException e) {
            return Errno.symbol(e.errno());
        } catch (IllegalStateException _) {
            return "no progress";
        }
        return runs.isEmpty() ? "nothing" : String.join(" ", runs);
    }

    private static String written(Scene scene) {
        return scan(scene, of(scene, 0, 0, WRITTEN, 0, WRITTEN));
    }

    private static String take(Scene scene) {
        return scan(scene, PagemapScan.takeWritten(Scene.BASE, PAGES * scene.pageBytes()));
    }

    private static List<Case> arguments() {
        return new CaseList(SECTION)
                .add("start that is not aligned", ALL, "EINVAL", scene -> {
                    track(scene);
                    return scan(scene, new PagemapScan(Scene.BASE + 1, 4096, 0, 0, WRITTEN, 0, WRITTEN, 0));
                })
                .add("unknown flag", ALL, "EINVAL", scene -> {
                    track(scene);
                    return scan(scene, of(scene, 1 << 20, 0, WRITTEN, 0, WRITTEN));
                })
                .add("unknown category", ALL, "EINVAL", scene -> {
                    track(scene);
                    return scan(scene, of(scene, 0, 0, 1L << 40, 0, WRITTEN));
                })
                .add("wrong size of the argument", ALL, Set.of(Need.RAW_CALLS), "EINVAL", scene -> {
                    track(scene);
                    RawCalls raw = scene.raw();
                    raw.put(0, "/proc/self/pagemap\0".getBytes(StandardCharsets.US_ASCII));
                    long pagemap = raw.call(X86.OPENAT, 0, raw.memory(), 0);
                    raw.put(
                            0,
                            88,
                            0,
                            Scene.BASE,
                            Scene.BASE + 4096,
                            0,
                            raw.memory() + 256,
                            1,
                            0,
                            0,
                            WRITTEN,
                            0,
                            WRITTEN);
                    return Words.of(raw.call(X86.IOCTL, pagemap, 0xc0606610L, raw.memory()));
                })
                .add("CHECK_WPASYNC of memory that is not tracked", ALL, "EPERM", scene -> {
                    scene.prepare(PAGES, scene.allModes(), 0);
                    return scan(scene, of(scene, PagemapScan.REQUIRE_TRACKED, 0, WRITTEN, 0, WRITTEN));
                })
                .add("WP_MATCHING of memory that is not tracked", ALL, "nothing", scene -> {
                    scene.prepare(PAGES, scene.allModes(), 0);
                    return scan(scene, of(scene, PagemapScan.PROTECT, 0, WRITTEN, 0, WRITTEN));
                })
                .add("nothing mapped", ALL, "nothing", scene -> {
                    track(scene);
                    Scene.require(scene.run(new Action.Unmap(Scene.BASE, PAGES * scene.pageBytes())));
                    return written(scene);
                })
                .add("a hole between mappings", ALL, "0+1 2+1", scene -> {
                    track(scene);
                    scene.store(0, 1);
                    scene.store(2, 1);
                    Scene.require(scene.run(new Action.Unmap(scene.page(1), scene.pageBytes())));
                    return written(scene);
                })
                .add("it stops when it has found enough", BASE_PAGES, "0+1; page 2", scene -> {
                    track(scene);
                    scene.store(0, 1);
                    scene.store(2, 1);
                    long[] end = {0};
                    StringBuilder runs = new StringBuilder();
                    try (Pagemap pagemap = scene.process().pagemap()) {
                        end[0] = pagemap.scan(
                                of(scene, 0, 0, WRITTEN, 0, WRITTEN).limitedTo(1),
                                (start, length, _) -> runs.append((start - Scene.BASE) / scene.pageBytes())
                                        .append('+')
                                        .append(length / scene.pageBytes()));
                    }
                    return runs + "; page " + (end[0] - Scene.BASE) / scene.pageBytes();
                })
                .add("part of a huge page with WP_MATCHING", HUGE, "no progress; 0+1", scene -> {
                    track(scene);
                    scene.store(0, 1);
                    String part = scan(scene, PagemapScan.takeWritten(Scene.BASE, 4096));
                    return part + "; " + written(scene);
                })
                .cases();
    }

    private static List<Case> categories() {
        long all = PageCategory.FILE.mask()
                | PRESENT
                | PageCategory.SWAPPED.mask()
                | PageCategory.ZERO.mask()
                | PageCategory.HUGE.mask()
                | PageCategory.WRITE_TRACKED.mask()
                | WRITTEN;
        CaseList list = new CaseList(SECTION);
        list.add("a page that was never touched", ALL, "-", scene -> {
                    scene.map(PAGES);
                    return names(scene, all);
                })
                .add(
                        "a page that was never touched, in a page table",
                        ALL,
                        "WRITTEN | hugetlb, hugetlb-private: HUGE",
                        scene -> {
                            scene.map(PAGES);
                            scene.store(1, 1);
                            return names(scene, all);
                        })
                .add(
                        "a page that is tracked and was never protected",
                        ALL,
                        "WRITE_TRACKED WRITTEN | hugetlb, hugetlb-private: WRITE_TRACKED",
                        scene -> {
                            scene.prepare(PAGES, scene.allModes(), ASYNC);
                            return names(scene, all);
                        })
                .add(
                        "a page that was stored to",
                        ALL,
                        "WRITTEN PRESENT | shmem: WRITTEN FILE PRESENT | hugetlb: WRITTEN FILE PRESENT HUGE"
                                + " | hugetlb-private: WRITTEN PRESENT HUGE",
                        scene -> {
                            scene.map(PAGES);
                            scene.store(0, 1);
                            return names(scene, all);
                        })
                .add(
                        "a page that was loaded",
                        ALL,
                        "WRITTEN PRESENT ZERO | shmem, shmem-private: WRITTEN FILE PRESENT"
                                + " | hugetlb: WRITTEN FILE PRESENT HUGE | hugetlb-private: WRITTEN PRESENT HUGE",
                        scene -> {
                            scene.map(PAGES);
                            scene.load(0);
                            return names(scene, all);
                        })
                .add(
                        "a page that is tracked and clean",
                        ALL,
                        "WRITE_TRACKED SWAPPED | hugetlb, hugetlb-private: WRITE_TRACKED SWAPPED HUGE",
                        scene -> {
                            track(scene);
                            return names(scene, all);
                        })
                .add("a guard", BASE_PAGES, "GUARD", scene -> {
                    scene.map(PAGES);
                    Scene.require(scene.advise(0, 1, Advice.GUARD_INSTALL));
                    return names(scene, PageCategory.GUARD.mask());
                })
                .add("inverted: what is not present", ALL, "0+1 2+1", scene -> {
                    scene.map(PAGES);
                    scene.store(1, 1);
                    return scan(scene, of(scene, 0, PRESENT, PRESENT, 0, PRESENT));
                })
                .add("any of two categories", ALL, "0+3 | hugetlb, hugetlb-private: 1+1", scene -> {
                    scene.map(PAGES);
                    scene.store(1, 1);
                    return scan(scene, of(scene, 0, 0, 0, WRITTEN | PageCategory.SWAPPED.mask(), WRITTEN));
                })
                .add("all of two categories", ALL, "1+1", scene -> {
                    scene.map(PAGES);
                    scene.store(1, 1);
                    return scan(scene, of(scene, 0, 0, WRITTEN | PRESENT, 0, WRITTEN));
                });
        return list.cases();
    }

    private static String names(Scene scene, long categories) {
        long[] found = {0};
        try (Pagemap pagemap = scene.process().pagemap()) {
            pagemap.scan(
                    PagemapScan.anyOf(Scene.BASE, scene.pageBytes(), categories), (_, _, seen) -> found[0] |= seen);
        }
        List<String> names =
                PageCategory.of(found[0]).stream().map(PageCategory::name).toList();
        return names.isEmpty() ? "-" : String.join(" ", names);
    }

    private static List<Case> tracking() {
        return new CaseList(SECTION)
                .add("everything is clean after WRITEPROTECT", ALL, "nothing", scene -> {
                    track(scene);
                    return written(scene);
                })
                .add("a store is seen, and is no event", ALL, "silent 0; no event; 1+1", scene -> {
                    track(scene);
                    String touch = Words.touch(scene, scene.store(1, 9));
                    return touch + "; " + Words.of(scene.read(scene.uffd())) + "; " + written(scene);
                })
                .add("a load is not seen", ALL, "silent 0; nothing", scene -> {
                    track(scene);
                    return Words.touch(scene, scene.load(1)) + "; " + written(scene);
                })
                .add("read(2) into it is seen", ALL, "ok; 1+1", scene -> {
                    track(scene);
                    return scene.run(new Action.KernelWrite(scene.page(1), 8)) + "; " + written(scene);
                })
                .add("what was written is taken once", ALL, "0+1 2+1; nothing; 2+1", scene -> {
                    track(scene);
                    scene.store(0, 1);
                    scene.store(2, 1);
                    String first = take(scene);
                    String second = take(scene);
                    scene.store(2, 2);
                    return first + "; " + second + "; " + take(scene);
                })
                .add("neighbours are one run", ALL, "0+2", scene -> {
                    track(scene);
                    scene.store(0, 1);
                    scene.store(1, 1);
                    return take(scene);
                })
                .add("WRITEPROTECT off counts as written", ALL, "OK; 1+1", scene -> {
                    track(scene);
                    scene.load(1);
                    return Words.of(scene.protect(1, false)) + "; " + written(scene);
                })
                .add("MADV_DONTNEED of anonymous memory counts as written", ANON, "1+1", scene -> {
                    track(scene);
                    scene.store(1, 1);
                    take(scene);
                    Scene.require(scene.advise(1, 1, Advice.DONTNEED));
                    return written(scene);
                })
                .add("UNREGISTER ends it", ALL, "EPERM", scene -> {
                    track(scene);
                    scene.uffd().unregister(Scene.BASE, PAGES * scene.pageBytes());
                    return take(scene);
                })
                .cases();
    }

    private static List<Case> unseen() {
        return new CaseList(SECTION)
                .add("a store through an alias is not seen", SHARED, "nothing; silent 9; nothing", scene -> {
                    track(scene);
                    scene.store(1, 1);
                    take(scene);
                    scene.put(1, 9);
                    String before = written(scene);
                    return before + "; " + Words.touch(scene, scene.load(1)) + "; " + written(scene);
                })
                .add("a punched hole is not seen", SHARED, "nothing; 0", scene -> {
                    track(scene);
                    scene.store(1, 1);
                    take(scene);
                    scene.file().punchHole(scene.pageBytes(), scene.pageBytes());
                    return written(scene) + "; " + scene.file().get(scene.pageBytes());
                })
                .add("MADV_REMOVE is not seen", SHARED, "nothing", scene -> {
                    track(scene);
                    scene.store(1, 1);
                    take(scene);
                    Scene.require(scene.advise(1, 1, Advice.REMOVE));
                    return written(scene);
                })
                .add("MADV_DONTNEED is not seen", SHARED, "nothing", scene -> {
                    track(scene);
                    scene.store(1, 1);
                    take(scene);
                    Scene.require(scene.advise(1, 1, Advice.DONTNEED));
                    return written(scene);
                })
                .cases();
    }

    private static List<Case> together() {
        return new CaseList(SECTION)
                .add("a minor fault is an event all the same", OF_FILES, "MINOR", scene -> {
                    track(scene);
                    scene.put(1, 7);
                    return Words.touch(scene, scene.load(1));
                })
                .add("CONTINUE+WP maps a clean page", OF_FILES, "OK; nothing; silent 0; 1+1", scene -> {
                    track(scene);
                    scene.put(1, 7);
                    String outcome = Words.of(scene.resume(1, Uffd.WRITE_PROTECTED));
                    String clean = written(scene);
                    return outcome + "; " + clean + "; " + Words.touch(scene, scene.store(1, 9)) + "; "
                            + written(scene);
                })
                .add("CONTINUE maps a written page", OF_FILES, "OK; 1+1", scene -> {
                    track(scene);
                    scene.put(1, 7);
                    return Words.of(scene.resume(1, 0)) + "; " + written(scene);
                })
                .add("COPY+WP makes a clean page", ALL, "OK; nothing", scene -> {
                    track(scene);
                    return Words.of(scene.copy(1, 9, Uffd.WRITE_PROTECTED)) + "; " + written(scene);
                })
                .add("COPY makes a written page", ALL, "OK; 1+1", scene -> {
                    track(scene);
                    return Words.of(scene.copy(1, 9, 0)) + "; " + written(scene);
                })
                .cases();
    }
}
