package dev.faultline.conformance.cases;

import dev.faultline.conformance.subject.Action;
import dev.faultline.conformance.subject.MemoryKind;
import dev.faultline.conformance.subject.Need;
import dev.faultline.uffd.Outcome;
import dev.faultline.uffd.Uffd;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Section 2 of the semantics: every resolving call on a page in every state. */
final class FillCases {
    static final String SECTION = "2 resolving calls";

    /** WP_UNPOPULATED and CONTINUE_MODE_WP. */
    static final KernelVersion SINCE = new KernelVersion(6, 4);

    private static final int PAGE = 1;
    private static final int NEW_CONTENT = 9;

    private FillCases() {}

    static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        FillTables.BY_KIND.forEach((kind, table) -> TextTable.cells(table).forEach(cell -> cases.add(of(kind, cell))));
        return cases;
    }

    private static Case of(MemoryKind kind, TextTable.Cell cell) {
        PageState state = PageState.of(cell.row());
        return new Case(
                SECTION,
                cell.row() + ": " + cell.column(),
                kind,
                since(cell.column()),
                needs(kind, state.needs()),
                Expectation.parse(cell.text()),
                scene -> run(scene, state, cell.column()));
    }

    /** {@return what a case needs, with that of its memory} */
    static Set<Need> needs(MemoryKind kind, Set<Need> more) {
        Set<Need> needs = EnumSet.noneOf(Need.class);
        needs.addAll(more);
        if (kind.isHuge()) {
            needs.add(Need.HUGE_PAGES);
        }
        return needs;
    }

    static KernelVersion since(String call) {
        return switch (call) {
            case "POISON" -> new KernelVersion(6, 6);
            case "MOVE" -> new KernelVersion(6, 8);
            default -> SINCE;
        };
    }

    private static String run(Scene scene, PageState state, String call) {
        scene.map(2);
        scene.open(state.features());
        if (state != PageState.UNREGISTERED) {
            scene.register(2, scene.kind() == MemoryKind.ANON ? 3 : 7);
        }
        state.prepare(scene, PAGE);
        return Words.of(call(scene, call)) + ", " + Words.entry(scene, scene.page(PAGE));
    }

    static Outcome call(Scene scene, String call) {
        Uffd uffd = scene.uffd();
        long address = scene.page(PAGE);
        long length = scene.pageBytes();
        return switch (call) {
            case "COPY" -> scene.copy(PAGE, NEW_CONTENT, 0);
            case "COPY+WP" -> scene.copy(PAGE, NEW_CONTENT, Uffd.WRITE_PROTECTED);
            case "ZEROPAGE" -> uffd.zeroPages(address, length, 0);
            case "CONTINUE" -> uffd.continuePages(address, length, 0);
            case "CONTINUE+WP" -> uffd.continuePages(address, length, Uffd.WRITE_PROTECTED);
            case "WP on" -> uffd.writeProtect(address, length, true, 0);
            case "WP off" -> uffd.writeProtect(address, length, false, 0);
            case "POISON" -> uffd.poison(address, length, 0);
            case "MOVE" -> {
                Scene.require(
                        scene.run(new Action.Map(Scene.BESIDE, length, false, Scene.PROT_BOTH, null, 0, false, false)));
                Scene.require(scene.run(new Action.Store(Scene.BESIDE, NEW_CONTENT)));
                yield uffd.move(address, Scene.BESIDE, length, 0);
            }
            default -> throw new IllegalArgumentException("no call: " + call);
        };
    }
}
