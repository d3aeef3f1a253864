package dev.faultline.conformance.cases;

import dev.faultline.conformance.subject.MemoryKind;
import dev.faultline.conformance.subject.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Section 1b of the semantics: which event a load or a store of a page in each state produces, in each mode. */
final class FaultCases {
    static final String SECTION = "1b events of accesses";

    private static final int PAGE = 1;
    private static final int STORED = 9;
    private static final Pattern COMMA = Pattern.compile(", (?=load|store)");

    private FaultCases() {}

    static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        FaultTables.BY_KIND.forEach((kind, table) -> TextTable.cells(table).forEach(cell -> cases.add(of(kind, cell))));
        return cases;
    }

    private static Case of(MemoryKind kind, TextTable.Cell cell) {
        List<String> row = COMMA.splitAsStream(cell.row()).toList();
        PageState state = PageState.of(row.getFirst());
        boolean store = row.getLast().equals("store");
        return new Case(
                SECTION,
                cell.row() + ": " + cell.column(),
                kind,
                FillCases.SINCE,
                FillCases.needs(kind, state.needs()),
                Expectation.parse(cell.text()),
                scene -> run(scene, state, store, Modes.parse(cell.column())));
    }

    private static String run(Scene scene, PageState state, boolean store, long modes) {
        scene.map(2);
        scene.open(state.features());
        scene.register(2, modes);
        state.prepare(scene, PAGE);
        Result result = store ? scene.store(PAGE, STORED) : scene.load(PAGE);
        return switch (result) {
            case Result.Done done ->
                "silent" + (store ? "" : " " + done.value()) + ", " + Words.entry(scene, scene.page(PAGE));
            case Result.Blocked _ -> Words.of(scene.read(scene.uffd()));
            case Result.Signalled signalled -> signalled.toString();
            case Result.Failed failed -> failed.toString();
        };
    }
}
