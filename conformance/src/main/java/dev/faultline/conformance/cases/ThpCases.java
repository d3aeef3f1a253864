package dev.faultline.conformance.cases;

import dev.faultline.conformance.subject.Action;
import dev.faultline.conformance.subject.Action.Advice;
import dev.faultline.conformance.subject.MemoryKind;
import dev.faultline.conformance.subject.Need;
import dev.faultline.uffd.Outcome;
import dev.faultline.uffd.PageCategory;
import dev.faultline.uffd.Pagemap;
import dev.faultline.uffd.PagemapScan;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Rows and kernel tests that are about transparent huge pages, which the model does not have. */
final class ThpCases {
    private static final Set<Need> THP = Set.of(Need.TRANSPARENT_HUGE_PAGES);
    private static final int PAGES = 512;

    private ThpCases() {}

    static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        cases.addAll(fills());
        cases.addAll(moves());
        return cases;
    }

    private static List<Case> fills() {
        CaseList list = new CaseList(FillCases.SECTION);
        add(list, "COPY", "EEXIST -17, huge");
        add(list, "ZEROPAGE", "EEXIST -17, huge");
        add(list, "CONTINUE", "EEXIST -17, huge | anon: EINVAL -22, huge");
        add(list, "POISON", "EEXIST -17, huge");
        add(list, "WP on", "OK, entry wp | anon: OK, own wp");
        return list.cases();
    }

    private static void add(CaseList list, String call, String expected) {
        list.add("transparent huge page: " + call, Set.of(MemoryKind.ANON, MemoryKind.SHMEM), THP, expected, scene -> {
            // Registered last: memory under write protection is not collapsed.
            scene.map(PAGES);
            Scene.require(scene.advise(0, PAGES, Advice.POPULATE_WRITE));
            Scene.require(scene.advise(0, PAGES, Advice.COLLAPSE));
            requireHuge(scene, Scene.BASE);
            scene.open(0);
            scene.register(PAGES, scene.allModes());
            Outcome outcome = FillCases.call(scene, call);
            String entry = isHuge(scene, Scene.BASE) ? "huge" : Words.entry(scene, scene.page(1));
            return Words.of(outcome) + ", " + entry;
        });
    }

    private static List<Case> moves() {
        return new CaseList(SelftestCases.SECTION)
                .add("move-pmd", CaseList.ANON, THP, "OK; huge; 5; 0", scene -> move(scene, Advice.HUGEPAGE, PAGES))
                .add(
                        "move-pmd-split",
                        CaseList.ANON,
                        THP,
                        "OK; small; 5; 0",
                        scene -> move(scene, Advice.NOHUGEPAGE, 1))
                .cases();
    }

    /** Moves a huge page, or its first base page, to memory that was advised so. */
    private static String move(Scene scene, Advice advice, int moved) {
        long length = PAGES * scene.pageBytes();
        scene.prepare(PAGES, Modes.MISSING, 0);
        Scene.require(scene.run(new Action.Map(Scene.BESIDE, length, false, Scene.PROT_BOTH, null, 0, false, false)));
        Scene.require(scene.run(new Action.Advise(Scene.BESIDE, length, Advice.HUGEPAGE)));
        Scene.require(scene.run(new Action.Advise(Scene.BASE, length, advice)));
        Scene.require(scene.run(new Action.Store(Scene.BESIDE, 5)));
        requireHuge(scene, Scene.BESIDE);
        Outcome outcome = scene.uffd().move(Scene.BASE, Scene.BESIDE, moved * scene.pageBytes(), 0);
        return Words.of(outcome) + "; " + (isHuge(scene, Scene.BASE) ? "huge" : "small") + "; "
                + Words.value(scene.load(0)) + "; " + Words.value(scene.run(new Action.Load(Scene.BESIDE)));
    }

    private static void requireHuge(Scene scene, long address) {
        if (!isHuge(scene, address)) {
            throw new UnavailableException("the kernel gives no transparent huge page now");
        }
    }

    private static boolean isHuge(Scene scene, long address) {
        boolean[] huge = {false};
        try (Pagemap pagemap = scene.process().pagemap()) {
            pagemap.scan(
                    PagemapScan.anyOf(address, scene.pageBytes(), PageCategory.HUGE.mask()),
                    (_, _, _) -> huge[0] = true);
        }
        return huge[0];
    }
}
