package dev.faultline.conformance.cases;

import static dev.faultline.conformance.cases.CaseList.ALL;
import static dev.faultline.conformance.cases.CaseList.BASE_PAGES;
import static dev.faultline.conformance.cases.CaseList.HUGE;
import static dev.faultline.conformance.cases.CaseList.OF_FILES;
import static dev.faultline.conformance.cases.CaseList.SHARED;

import dev.faultline.conformance.subject.Action;
import dev.faultline.conformance.subject.Need;
import dev.faultline.uffd.Uffd;
import dev.faultline.uffd.internal.linux.Errno;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Section 1 of the semantics: which ranges can be registered and unregistered, and what a second registration does. */
final class RangeCases {
    private static final String SECTION = RegisterCases.SECTION;
    private static final long TASK_SIZE = 0x7fff_ffff_f000L;
    private static final long UFFDIO_REGISTER = 0xc020aa00L;
    private static final int BASE_PAGE = 4096;
    private static final int MANY = 50;

    private RangeCases() {}

    static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        cases.addAll(ranges());
        cases.addAll(endings());
        cases.addAll(repeated());
        cases.addAll(splits());
        return cases;
    }

    private static String register(Scene scene, long offset, long lengthBytes, long modes) {
        return Words.mask(() -> scene.uffd().register(Scene.BASE + offset, lengthBytes, modes));
    }

    private static String unregister(Scene scene, long offset, long lengthBytes) {
        return Words.of(() -> scene.uffd().unregister(Scene.BASE + offset, lengthBytes));
    }

    private static void mapAndOpen(Scene scene, int pages) {
        scene.map(pages);
        scene.open(0);
    }

    private static void unmap(Scene scene, int page, int pages) {
        Scene.require(scene.run(new Action.Unmap(scene.page(page), pages * scene.pageBytes())));
    }

    private static List<Case> ranges() {
        return new CaseList(SECTION)
                .add("start that is not aligned", ALL, "EINVAL", scene -> {
                    mapAndOpen(scene, 2);
                    return register(scene, 1, scene.pageBytes(), Modes.MISSING);
                })
                .add("length that is not aligned", ALL, "EINVAL", scene -> {
                    mapAndOpen(scene, 2);
                    return register(scene, 0, scene.pageBytes() + 1, Modes.MISSING);
                })
                .add("length 0", ALL, "EINVAL", scene -> {
                    mapAndOpen(scene, 2);
                    return register(scene, 0, 0, Modes.MISSING);
                })
                .add("unknown mode", ALL, "EINVAL", scene -> {
                    mapAndOpen(scene, 2);
                    return register(scene, 0, scene.pageBytes(), 1L << 40 | Modes.MISSING);
                })
                .add("end behind user memory", ALL, "EINVAL", scene -> {
                    mapAndOpen(scene, 2);
                    return register(scene, 0, TASK_SIZE, Modes.MISSING);
                })
                .add("range that wraps around", ALL, "EINVAL", scene -> {
                    mapAndOpen(scene, 2);
                    return register(scene, 0, -scene.pageBytes(), Modes.MISSING);
                })
                .add("nothing mapped", ALL, "EINVAL", scene -> {
                    mapAndOpen(scene, 2);
                    unmap(scene, 0, 2);
                    return register(scene, 0, scene.pageBytes(), Modes.MISSING);
                })
                .add("hole in the range", ALL, "0x13c; um um | hugetlb, hugetlb-private: 0x10c; um um", scene -> {
                    mapAndOpen(scene, 3);
                    unmap(scene, 1, 1);
                    String mask = register(scene, 0, 3 * scene.pageBytes(), Modes.MISSING);
                    return mask + "; " + flags(scene, 0) + " " + flags(scene, 2);
                })
                .add("range begins in a hole", ALL, "0x13c; um | hugetlb, hugetlb-private: 0x10c; um", scene -> {
                    mapAndOpen(scene, 2);
                    unmap(scene, 0, 1);
                    return register(scene, 0, 2 * scene.pageBytes(), Modes.MISSING) + "; " + flags(scene, 1);
                })
                .add("range ends in a hole", ALL, "0x13c; um | hugetlb, hugetlb-private: 0x10c; um", scene -> {
                    mapAndOpen(scene, 2);
                    unmap(scene, 1, 1);
                    return register(scene, 0, 2 * scene.pageBytes(), Modes.MISSING) + "; " + flags(scene, 0);
                })
                .add("part of a huge page at the start", HUGE, "EINVAL", scene -> {
                    mapAndOpen(scene, 2);
                    return register(scene, BASE_PAGE, scene.pageBytes() - BASE_PAGE, Modes.MISSING);
                })
                .add("part of a huge page at the end", HUGE, "EINVAL", scene -> {
                    mapAndOpen(scene, 2);
                    return register(scene, 0, BASE_PAGE, Modes.MISSING);
                })
                .add("end in a hole behind huge pages", HUGE, "0x10c", scene -> {
                    mapAndOpen(scene, 1);
                    return register(scene, 0, scene.pageBytes() + BASE_PAGE, Modes.MISSING);
                })
                .add("with anonymous memory behind it", ALL, "0x13c | hugetlb, hugetlb-private: 0x10c", scene -> {
                    mapAndOpen(scene, 1);
                    Scene.require(scene.run(new Action.Map(
                            scene.page(1), scene.pageBytes(), false, Scene.PROT_BOTH, null, 0, false, false)));
                    return register(scene, 0, 2 * scene.pageBytes(), Modes.MISSING);
                })
                .add("MINOR with anonymous memory behind it", OF_FILES, "EINVAL; -", scene -> {
                    mapAndOpen(scene, 1);
                    Scene.require(scene.run(new Action.Map(
                            scene.page(1), scene.pageBytes(), false, Scene.PROT_BOTH, null, 0, false, false)));
                    return register(scene, 0, 2 * scene.pageBytes(), Modes.MINOR) + "; " + flags(scene, 0);
                })
                .add("of another userfaultfd", ALL, "EBUSY", scene -> {
                    scene.prepare(2, Modes.MISSING, 0);
                    scene.open(0);
                    return register(scene, 0, scene.pageBytes(), Modes.MISSING);
                })
                .add("beyond the end of the file, which then grows", OF_FILES, "SIGBUS; MISSING", scene -> {
                    scene.map(2);
                    scene.file().resize(scene.pageBytes());
                    scene.open(0);
                    scene.register(2, Modes.MISSING);
                    String before = Words.touch(scene, scene.load(1));
                    scene.file().resize(2 * scene.pageBytes());
                    return before + "; " + Words.touch(scene, scene.load(1));
                })
                .addOne("argument that is no memory", Set.of(Need.RAW_CALLS), "EFAULT", scene -> {
                    mapAndOpen(scene, 1);
                    long number = HandshakeCases.opened(scene, 0);
                    HandshakeCases.api(scene.raw(), number, HandshakeCases.API, 0);
                    return Errno.symbol((int) -scene.raw().call(HandshakeCases.IOCTL, number, UFFDIO_REGISTER, 8));
                })
                .cases();
    }

    private static List<Case> endings() {
        return new CaseList(SECTION)
                .add("unregister what was never registered", ALL, "OK", scene -> {
                    mapAndOpen(scene, 2);
                    return unregister(scene, 0, scene.pageBytes());
                })
                .add("unregister where nothing is mapped", ALL, "EINVAL", scene -> {
                    mapAndOpen(scene, 1);
                    unmap(scene, 0, 1);
                    return unregister(scene, 0, scene.pageBytes());
                })
                .add(
                        "unregister what is another userfaultfd's",
                        ALL,
                        "OK {6.13: OK / EINVAL} {6.18: EINVAL}",
                        scene -> {
                            scene.prepare(2, Modes.MISSING, 0);
                            scene.open(0);
                            return unregister(scene, 0, scene.pageBytes());
                        })
                .add("unregister a part", ALL, "OK; - um", scene -> {
                    scene.prepare(2, Modes.MISSING, 0);
                    return unregister(scene, 0, scene.pageBytes()) + "; " + flags(scene, 0) + " " + flags(scene, 1);
                })
                .add("unregister part of a huge page", HUGE, "EINVAL", scene -> {
                    scene.prepare(2, Modes.MISSING, 0);
                    return unregister(scene, 0, BASE_PAGE);
                })
                .add("unregister lifts write protection", ALL, "file wp; file | anon: own wp; own", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    PageState.PROTECTED.prepare(scene, 0);
                    String before = Words.entry(scene, scene.page(0));
                    scene.uffd().unregister(Scene.BASE, 2 * scene.pageBytes());
                    return before + "; " + Words.entry(scene, scene.page(0));
                })
                .cases();
    }

    private static List<Case> repeated() {
        return new CaseList(SECTION)
                .add("again with the same modes", ALL, "um; MISSING", scene -> {
                    scene.prepare(2, Modes.MISSING, 0);
                    scene.register(2, Modes.MISSING);
                    return flags(scene, 0) + "; " + Words.touch(scene, scene.load(0));
                })
                .add("again with fewer modes: nothing changes", OF_FILES, "um uw ui; MISSING", scene -> {
                    scene.prepare(2, Modes.parse("MWN"), 0);
                    scene.register(2, Modes.MINOR);
                    return flags(scene, 0) + "; " + Words.touch(scene, scene.load(0));
                })
                .add("again with other modes: they are replaced", OF_FILES, "ui; silent 0", scene -> {
                    scene.prepare(2, Modes.MISSING, 0);
                    scene.register(2, Modes.MINOR);
                    return flags(scene, 0) + "; " + Words.touch(scene, scene.load(0));
                })
                .add("again with more modes", OF_FILES, "um ui; MISSING", scene -> {
                    scene.prepare(2, Modes.MISSING, 0);
                    scene.register(2, Modes.parse("MN"));
                    return flags(scene, 0) + "; " + Words.touch(scene, scene.load(0));
                })
                .add("again without WP leaves protection behind", SHARED, "ui; file wp {7.3: EBUSY}", scene -> {
                    scene.prepare(2, Modes.WP, 0);
                    PageState.PROTECTED.prepare(scene, 0);
                    String again = scene.tryRegister(2, Modes.MINOR);
                    // Not tried: a store to a huge page then faults for ever, without event or progress (6.18).
                    return again.startsWith("0x") ? flags(scene, 0) + "; " + Words.entry(scene, scene.page(0)) : again;
                })
                .cases();
    }

    private static List<Case> splits() {
        return new CaseList(SECTION)
                .add("every second page is a mapping of its own", BASE_PAGES, "1; 101; 1", scene -> {
                    mapAndOpen(scene, 2 * MANY + 1);
                    Uffd uffd = scene.uffd();
                    String before = mappings(scene);
                    for (int i = 0; i < MANY; i++) {
                        uffd.register(scene.page(2 * i + 1), scene.pageBytes(), Modes.MISSING);
                    }
                    String split = mappings(scene);
                    uffd.unregister(Scene.BASE, (2 * MANY + 1) * scene.pageBytes());
                    return before + "; " + split + "; " + mappings(scene);
                })
                .add(
                        "neighbours with the same modes are one mapping",
                        ALL,
                        "1; 2; 1 | hugetlb, hugetlb-private: 1; 2; 2",
                        scene -> {
                            mapAndOpen(scene, 2);
                            String before = mappings(scene);
                            register(scene, 0, scene.pageBytes(), Modes.MISSING);
                            String split = mappings(scene);
                            register(scene, scene.pageBytes(), scene.pageBytes(), Modes.MISSING);
                            return before + "; " + split + "; " + mappings(scene);
                        })
                .add("flags of mode M in smaps", ALL, "um", scene -> registeredFlags(scene, "M"))
                .add("flags of mode W in smaps", ALL, "uw", scene -> registeredFlags(scene, "W"))
                .add("flags of modes MW in smaps", ALL, "um uw", scene -> registeredFlags(scene, "MW"))
                .add("flags of mode N in smaps", OF_FILES, "ui", scene -> registeredFlags(scene, "N"))
                .add("flags of modes MN in smaps", OF_FILES, "um ui", scene -> registeredFlags(scene, "MN"))
                .add("flags of modes WN in smaps", OF_FILES, "uw ui", scene -> registeredFlags(scene, "WN"))
                .add("flags of modes MWN in smaps", OF_FILES, "um uw ui", scene -> registeredFlags(scene, "MWN"))
                .cases();
    }

    private static String registeredFlags(Scene scene, String modes) {
        scene.prepare(2, Modes.parse(modes), 0);
        return flags(scene, 0);
    }

    private static String mappings(Scene scene) {
        return Integer.toString(
                scene.process().mappings(Scene.BASE, Scene.BESIDE).size());
    }

    /** {@return those flags of a page's mapping in smaps that are of userfaultfd} */
    static String flags(Scene scene, int page) {
        List<String> found = new ArrayList<>();
        for (String flag : Words.split(scene.process().vmFlags(scene.page(page)))) {
            if (flag.equals("um") || flag.equals("uw") || flag.equals("ui")) {
                found.add(flag);
            }
        }
        return found.isEmpty() ? "-" : String.join(" ", found);
    }
}
