package dev.faultline.conformance.cases;

import dev.faultline.conformance.subject.MemoryKind;
import dev.faultline.conformance.subject.Need;
import dev.faultline.uffd.UffdFeature;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Section 1 of the semantics: which modes each kind of memory can be registered with, and the calls named for it. */
final class RegisterCases {
    static final String SECTION = "1 registration";

    private static final String KINDS = """
                            | none   | M     | W     | MW    | N      | MN     | WN     | MWN
            anon            | EINVAL | 0x13c | 0x17c | 0x17c | EINVAL | EINVAL | EINVAL | EINVAL
            shmem           | EINVAL | 0x13c | 0x17c | 0x17c | 0x1bc  | 0x1bc  | 0x1fc  | 0x1fc
            shmem-private   | EINVAL | 0x13c | 0x17c | 0x17c | 0x1bc  | 0x1bc  | 0x1fc  | 0x1fc
            hugetlb         | EINVAL | 0x10c | 0x14c | 0x14c | 0x18c  | 0x18c  | 0x1cc  | 0x1cc
            hugetlb-private | EINVAL | 0x10c | 0x14c | 0x14c | 0x18c  | 0x18c  | 0x1cc  | 0x1cc
            """;

    private static final String VARIANTS = """
                                             | M      | W      | MW     | N      | MN     | WN     | MWN
            private, PROT_NONE               | 0x13c  | 0x17c  | 0x17c  | EINVAL | EINVAL | EINVAL | EINVAL
            MAP_SHARED without a file        | 0x13c  | 0x17c  | 0x17c  | 0x1bc  | 0x1bc  | 0x1fc  | 0x1fc
            MAP_HUGETLB without a file       | 0x10c  | 0x14c  | 0x14c  | 0x18c  | 0x18c  | 0x1cc  | 0x1cc
            shared, PROT_READ                | 0x13c  | 0x17c  | 0x17c  | 0x1bc  | 0x1bc  | 0x1fc  | 0x1fc
            shared, PROT_NONE                | 0x13c  | 0x17c  | 0x17c  | 0x1bc  | 0x1bc  | 0x1fc  | 0x1fc
            shared, of a read-only file      | EPERM  | EPERM  | EPERM  | EPERM  | EPERM  | EPERM  | EPERM
            MAP_PRIVATE of a read-only file  | 0x13c  | 0x17c  | 0x17c  | 0x1bc  | 0x1bc  | 0x1fc  | 0x1fc
            GROWSDOWN                        | 0x13c  | 0x17c  | 0x17c  | EINVAL | EINVAL | EINVAL | EINVAL
            mlocked                          | 0x13c  | 0x17c  | 0x17c  | EINVAL | EINVAL | EINVAL | EINVAL
            the heap                         | 0x13c  | 0x17c  | 0x17c  | EINVAL | EINVAL | EINVAL | EINVAL
            MAP_PRIVATE of /dev/zero         | 0x13c  | 0x17c  | 0x17c  | EINVAL | EINVAL | EINVAL | EINVAL
            shared, of /dev/zero             | 0x13c  | 0x17c  | 0x17c  | 0x1bc  | 0x1bc  | 0x1fc  | 0x1fc
            shared, of tmpfs                 | 0x13c  | 0x17c  | 0x17c  | 0x1bc  | 0x1bc  | 0x1fc  | 0x1fc
            MAP_PRIVATE of tmpfs             | 0x13c  | 0x17c  | 0x17c  | 0x1bc  | 0x1bc  | 0x1fc  | 0x1fc
            shared, sealed by FUTURE_WRITE   | EPERM  | EPERM  | EPERM  | EPERM  | EPERM  | EPERM  | EPERM
            MAP_PRIVATE of a sealed file     | 0x13c  | 0x17c  | 0x17c  | 0x1bc  | 0x1bc  | 0x1fc  | 0x1fc
            SysV segment                     | EINVAL | EINVAL | EINVAL | EINVAL | EINVAL | EINVAL | EINVAL
            SysV segment of huge pages       | 0x10c  | 0x14c  | 0x14c  | 0x18c  | 0x18c  | 0x1cc  | 0x1cc
            MAP_PRIVATE of a file on a disk  | EINVAL | EINVAL | EINVAL | EINVAL | EINVAL | EINVAL | EINVAL
            memfd_secret                     | EINVAL | EINVAL | EINVAL | EINVAL | EINVAL | EINVAL | EINVAL
            MAP_DROPPABLE                    | EINVAL | EINVAL | EINVAL | EINVAL | EINVAL | EINVAL | EINVAL
            [vdso]                           | EINVAL | EINVAL | EINVAL | EINVAL | EINVAL | EINVAL | EINVAL
            [vvar]                           | EINVAL | EINVAL | EINVAL | EINVAL | EINVAL | EINVAL | EINVAL
            """;

    private static final String TRACKED = """
                                             | M      | W      | MW     | MWN
            MAP_PRIVATE of a file on a disk  | EINVAL | 0x17c  | EINVAL | EINVAL
            memfd_secret                     | EINVAL | 0x17c  | EINVAL | EINVAL
            MAP_DROPPABLE                    | EINVAL | EINVAL | EINVAL | EINVAL
            [vdso]                           | EINVAL | EINVAL | EINVAL | EINVAL
            """;

    private RegisterCases() {}

    static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        for (TextTable.Cell cell : TextTable.cells(KINDS)) {
            MemoryKind kind = MemoryKind.of(cell.row());
            cases.add(of("modes " + cell.column(), kind, FillCases.needs(kind, Set.of()), cell, scene -> {
                scene.map(2);
                scene.open(0);
                return scene.tryRegister(2, modes(cell.column()));
            }));
        }
        TextTable.cells(VARIANTS).forEach(cell -> cases.add(variant(cell, "", 0)));
        TextTable.cells(TRACKED)
                .forEach(cell -> cases.add(variant(cell, " with WP_ASYNC", UffdFeature.WP_ASYNC.mask())));
        return cases;
    }

    private static Case variant(TextTable.Cell cell, String suffix, long features) {
        OtherMemory memory = OtherMemory.of(cell.row());
        Set<Need> needs = memory.needs();
        return of(cell.row() + suffix + ": " + cell.column(), memory.kind(), needs, cell, scene -> {
            long address = memory.map(scene);
            scene.open(features);
            long length = memory.lengthBytes();
            return Words.mask(() -> scene.uffd().register(address, length, modes(cell.column())));
        });
    }

    private static Case of(String name, MemoryKind kind, Set<Need> needs, TextTable.Cell cell, Case.Program program) {
        return new Case(SECTION, name, kind, CaseList.SINCE, needs, Expectation.parse(cell.text()), program);
    }

    private static long modes(String letters) {
        return letters.equals("none") ? 0 : Modes.parse(letters);
    }
}
