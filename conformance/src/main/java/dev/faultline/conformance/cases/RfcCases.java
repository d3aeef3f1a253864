package dev.faultline.conformance.cases;

import dev.faultline.conformance.subject.Action;
import dev.faultline.conformance.subject.MemoryKind;
import dev.faultline.uffd.Outcome;
import dev.faultline.uffd.Uffd;
import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.os.LinuxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What the proposal of 7 January 2021 says of its interaction with existing calls, beside what came of it: the same
 * programs, with two expectations each. Where the proposal says nothing there is no row, but for calls that did not exist.
 */
public final class RfcCases {
    private static final String PROPOSAL = "RFC of 7 January 2021";
    private static final String MAINLINE = "RFC of 7 January 2021, on mainline";

    private static final String TABLE = """
            statement                                | memory          | proposal     | mainline
            register MINOR                           | anon            | EINVAL       | EINVAL
            register MINOR                           | shmem           | EINVAL       | OK
            register MINOR                           | shmem-private   | EINVAL       | OK
            register MINOR                           | hugetlb         | OK           | OK
            register MINOR                           | hugetlb-private | EINVAL       | OK
            register MINOR with MISSING              | hugetlb         | OK           | OK
            first touch of a page the file holds     | shmem           | silent 7     | MINOR
            first touch of a page the file holds     | hugetlb         | MINOR        | MINOR
            first touch of a hole                    | hugetlb         | MISSING      | MISSING
            touch of a page that is mapped           | hugetlb         | silent 7     | silent 7
            CONTINUE resolves a minor fault          | hugetlb         | OK, 7        | OK, 7
            content written before CONTINUE is seen  | hugetlb         | OK, 8        | OK, 8
            CONTINUE on a hole                       | anon            | EINVAL       | EINVAL
            CONTINUE on a hole                       | shmem           | EINVAL       | EFAULT
            CONTINUE on a hole                       | shmem-private   | EINVAL       | EFAULT
            CONTINUE on a hole                       | hugetlb         | EFAULT       | EFAULT
            CONTINUE on a hole                       | hugetlb-private | EINVAL       | EFAULT
            CONTINUE on a page the file holds        | shmem           | EINVAL       | OK
            CONTINUE on a page the file holds        | hugetlb         | OK           | OK
            COPY on a page the file holds            | shmem           | EEXIST       | EEXIST
            COPY on a page the file holds            | hugetlb         | EEXIST       | EEXIST
            ZEROPAGE on a page the file holds        | shmem           | EEXIST       | EEXIST
            ZEROPAGE on a page the file holds        | hugetlb         | EINVAL       | EINVAL
            WRITEPROTECT on a hole                   | shmem           | ENOENT       | OK
            WRITEPROTECT on a hole                   | hugetlb         | ENOENT       | OK
            WRITEPROTECT on a page the file holds    | shmem           | ENOENT       | OK
            WRITEPROTECT on a page the file holds    | hugetlb         | ENOENT       | OK
            WRITEPROTECT on a hole                   | anon            | OK           | OK
            register MINOR is shown in smaps         | hugetlb         | ui           | ui
            CONTINUE with write protection           | hugetlb         | EINVAL       | OK
            POISON                                   | hugetlb         | EINVAL       | OK
            MOVE                                     | anon            | EINVAL       | OK
            """;

    private RfcCases() {}

    /** {@return the cases with what the proposal says, for a model with its rules} */
    public static List<Case> ofProposal() {
        return cases(PROPOSAL, "proposal");
    }

    /** {@return the same cases with what Linux does} */
    public static List<Case> ofMainline() {
        return cases(MAINLINE, "mainline");
    }

    private static List<Case> cases(String section, String column) {
        List<Case> cases = new ArrayList<>();
        List<TextTable.Cell> cells = TextTable.cells(TABLE);
        for (int i = 0; i < cells.size(); i += 3) {
            String statement = cells.get(i).row();
            MemoryKind kind = MemoryKind.of(cells.get(i).text());
            TextTable.Cell expected = cells.get(i + 1).column().equals(column) ? cells.get(i + 1) : cells.get(i + 2);
            cases.add(new Case(
                    section,
                    statement,
                    kind,
                    CaseList.SINCE,
                    FillCases.needs(kind, Set.of()),
                    Expectation.parse(expected.text()),
                    scene -> run(scene, statement)));
        }
        return cases;
    }

    private static String run(Scene scene, String statement) {
        scene.map(2);
        Uffd uffd = scene.open(0);
        long page = scene.pageBytes();
        if (statement.equals("register MINOR")) {
            return Words.of(() -> scene.register(2, Modes.MINOR));
        }
        if (statement.equals("register MINOR with MISSING")) {
            return Words.of(() -> scene.register(2, Modes.MINOR | Modes.MISSING));
        }
        registerWhatCanBe(scene);
        return switch (statement) {
            case "first touch of a page the file holds" -> {
                scene.put(0, 7);
                yield Words.touch(scene, scene.load(0));
            }
            case "first touch of a hole" -> Words.touch(scene, scene.load(0));
            case "touch of a page that is mapped" -> {
                PageState.PRESENT.prepare(scene, 0);
                yield Words.touch(scene, scene.load(0));
            }
            case "CONTINUE resolves a minor fault" -> resolved(scene, 7);
            case "content written before CONTINUE is seen" -> resolved(scene, 8);
            case "CONTINUE on a hole" -> errno(scene.resume(0, 0));
            case "CONTINUE on a page the file holds" -> {
                scene.put(0, 7);
                yield errno(scene.resume(0, 0));
            }
            case "COPY on a page the file holds" -> {
                scene.put(0, 7);
                yield errno(scene.copy(0, 9, 0));
            }
            case "ZEROPAGE on a page the file holds" -> {
                scene.put(0, 7);
                yield errno(uffd.zeroPages(Scene.BASE, page, 0));
            }
            case "WRITEPROTECT on a hole" -> errno(scene.protect(0, true));
            case "WRITEPROTECT on a page the file holds" -> {
                scene.put(0, 7);
                yield errno(scene.protect(0, true));
            }
            case "register MINOR is shown in smaps" ->
                RangeCases.flags(scene, 0).contains("ui") ? "ui" : "-";
            case "CONTINUE with write protection" -> {
                scene.put(0, 7);
                yield errno(scene.resume(0, Uffd.WRITE_PROTECTED));
            }
            case "POISON" -> errno(scene.poison(0));
            case "MOVE" -> {
                Scene.require(
                        scene.run(new Action.Map(Scene.BESIDE, page, false, Scene.PROT_BOTH, null, 0, false, false)));
                Scene.require(scene.run(new Action.Store(Scene.BESIDE, 1)));
                yield errno(uffd.move(Scene.BASE, Scene.BESIDE, page, 0));
            }
            default -> throw new IllegalArgumentException("no program: " + statement);
        };
    }

    /** Registers all modes that the memory has under these rules; MISSING it has always. */
    private static void registerWhatCanBe(Scene scene) {
        for (String modes : List.of("MWN", "MN", "MW", "M")) {
            try {
                scene.register(2, Modes.parse(modes));
                return;
            } catch (LinuxException e) {
                if (e.errno() != Errno.EINVAL) {
                    throw e;
                }
            }
        }
    }

    private static String resolved(Scene scene, int content) {
        scene.put(0, 7);
        String event = Words.touch(scene, scene.load(0));
        if (!event.equals("MINOR")) {
            return event;
        }
        scene.put(0, content);
        return errno(scene.resume(0, 0)) + ", " + Words.value(scene.thread().result());
    }

    /** The proposal speaks of errnos, not of the field in the argument. */
    private static String errno(Outcome outcome) {
        return outcome.isDone() ? "OK" : Errno.symbol(outcome.errno());
    }
}
