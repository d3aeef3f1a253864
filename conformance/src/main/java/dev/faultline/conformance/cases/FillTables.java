package dev.faultline.conformance.cases;

import dev.faultline.conformance.subject.MemoryKind;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/** What each resolving call gives for a page in each state, and what the page table holds then. */
final class FillTables {
    private static final String ANON = """
                            | COPY               | COPY+WP            | ZEROPAGE             | CONTINUE             | CONTINUE+WP          | WP on        | WP off       | POISON               | MOVE
            missing         | OK, own            | OK, own wp         | OK, zero             | EINVAL -22, none     | EINVAL -22, none     | OK, none     | OK, none     | OK, entry            | OK, own
            copied          | EEXIST -17, own    | EEXIST -17, own    | EEXIST -17, own      | EINVAL -22, own      | EINVAL -22, own      | OK, own wp   | OK, own      | EEXIST -17, own      | EEXIST -17, own
            zero page       | EEXIST -17, zero   | EEXIST -17, zero   | EEXIST -17, zero     | EINVAL -22, zero     | EINVAL -22, zero     | OK, zero wp  | OK, zero     | EEXIST -17, zero     | EEXIST -17, zero
            dropped         | OK, own            | OK, own wp         | OK, zero             | EINVAL -22, none     | EINVAL -22, none     | OK, none     | OK, none     | OK, entry            | OK, own
            present+wp      | EEXIST -17, own wp | EEXIST -17, own wp | EEXIST -17, own wp   | EINVAL -22, own wp   | EINVAL -22, own wp   | OK, own wp   | OK, own      | EEXIST -17, own wp   | EEXIST -17, own wp
            missing+wp      | OK, own            | OK, own wp         | OK, zero             | EINVAL -22, none     | EINVAL -22, none     | OK, none     | OK, none     | OK, entry            | OK, own
            wp marker       | OK, own            | OK, own wp         | EEXIST -17, entry wp | EINVAL -22, entry wp | EINVAL -22, entry wp | OK, entry wp | OK, none     | EEXIST -17, entry wp | EEXIST -17, entry wp
            poisoned        | OK, own            | OK, own wp         | EEXIST -17, entry    | EINVAL -22, entry    | EINVAL -22, entry    | OK, entry    | OK, entry    | EEXIST -17, entry    | EEXIST -17, entry
            copied, swapped | EEXIST -17, entry  | EEXIST -17, entry  | EEXIST -17, entry    | EINVAL -22, entry    | EINVAL -22, entry    | OK, entry wp | OK, entry    | EEXIST -17, entry    | EEXIST -17, entry
            not registered  | ENOENT -2, none    | ENOENT -2, none    | ENOENT -2, none      | ENOENT -2, none      | ENOENT -2, none      | ENOENT, none | ENOENT, none | ENOENT -2, none      | EINVAL -22, none
            """;

    private static final String SHMEM = """
                              | COPY                 | COPY+WP              | ZEROPAGE             | CONTINUE             | CONTINUE+WP          | WP on        | WP off       | POISON               | MOVE
            missing           | OK, file             | OK, file wp          | OK, file             | EFAULT -14, none     | EFAULT -14, none     | OK, entry wp | OK, none     | OK, entry            | EINVAL -22, none
            allocated         | EEXIST -17, none     | EEXIST -17, none     | EEXIST -17, none     | OK, file             | OK, file wp          | OK, entry wp | OK, none     | OK, entry            | EINVAL -22, none
            cached            | EEXIST -17, none     | EEXIST -17, none     | EEXIST -17, none     | OK, file             | OK, file wp          | OK, entry wp | OK, none     | OK, entry            | EINVAL -22, none
            present           | EEXIST -17, file     | EEXIST -17, file     | EEXIST -17, file     | EEXIST -17, file     | EEXIST -17, file     | OK, file wp  | OK, file     | EEXIST -17, file     | EINVAL -22, file
            copied            | EEXIST -17, file     | EEXIST -17, file     | EEXIST -17, file     | EEXIST -17, file     | EEXIST -17, file     | OK, file wp  | OK, file     | EEXIST -17, file     | EINVAL -22, file
            punched           | OK, file             | OK, file wp          | OK, file             | EFAULT -14, none     | EFAULT -14, none     | OK, entry wp | OK, none     | OK, entry            | EINVAL -22, none
            dropped           | EEXIST -17, none     | EEXIST -17, none     | EEXIST -17, none     | OK, file             | OK, file wp          | OK, entry wp | OK, none     | OK, entry            | EINVAL -22, none
            present+wp        | EEXIST -17, file wp  | EEXIST -17, file wp  | EEXIST -17, file wp  | EEXIST -17, file wp  | EEXIST -17, file wp  | OK, file wp  | OK, file     | EEXIST -17, file wp  | EINVAL -22, file wp
            wp marker         | OK, file             | OK, file wp          | OK, file             | EFAULT -14, entry wp | EFAULT -14, entry wp | OK, entry wp | OK, none     | EEXIST -17, entry wp | EINVAL -22, entry wp
            wp marker, cached | EEXIST -17, entry wp | EEXIST -17, entry wp | EEXIST -17, entry wp | OK, file             | OK, file wp          | OK, entry wp | OK, none     | EEXIST -17, entry wp | EINVAL -22, entry wp
            poisoned          | OK, file             | OK, file wp          | OK, file             | EFAULT -14, entry    | EFAULT -14, entry    | OK, entry    | OK, entry    | EEXIST -17, entry    | EINVAL -22, entry
            poisoned, cached  | EEXIST -17, entry    | EEXIST -17, entry    | EEXIST -17, entry    | OK, file             | OK, file wp          | OK, entry    | OK, entry    | EEXIST -17, entry    | EINVAL -22, entry
            swapped           | EEXIST -17, none     | EEXIST -17, none     | EEXIST -17, none     | OK, file             | OK, file wp          | OK, entry wp | OK, none     | OK, entry            | EINVAL -22, none
            beyond EOF        | EFAULT -14, none     | EFAULT -14, none     | EFAULT -14, none     | EINVAL -22, none {7.2: EFAULT -14, none} | EINVAL -22, none {7.2: EFAULT -14, none} | OK, entry wp | OK, none     | EFAULT -14, none     | EINVAL -22, none
            not registered    | ENOENT -2, none      | ENOENT -2, none      | ENOENT -2, none      | ENOENT -2, none      | ENOENT -2, none      | ENOENT, none | ENOENT, none | ENOENT -2, none      | EINVAL -22, none
            """;

    private static final String SHMEM_PRIVATE = """
                              | COPY                | COPY+WP             | ZEROPAGE             | CONTINUE             | CONTINUE+WP          | WP on        | WP off       | POISON               | MOVE
            missing           | OK, own             | OK, own wp          | OK, zero             | EFAULT -14, none     | EFAULT -14, none     | OK, entry wp | OK, none     | OK, entry            | EINVAL -22, none
            allocated         | OK, own             | OK, own wp          | OK, zero             | OK, file             | OK, file wp          | OK, entry wp | OK, none     | OK, entry            | EINVAL -22, none
            cached            | OK, own             | OK, own wp          | OK, zero             | OK, file             | OK, file wp          | OK, entry wp | OK, none     | OK, entry            | EINVAL -22, none
            present           | EEXIST -17, file    | EEXIST -17, file    | EEXIST -17, file     | EEXIST -17, file     | EEXIST -17, file     | OK, file wp  | OK, file     | EEXIST -17, file     | EINVAL -22, file
            copied            | EEXIST -17, own     | EEXIST -17, own     | EEXIST -17, own      | EFAULT -14, own      | EFAULT -14, own      | OK, own wp   | OK, own      | EEXIST -17, own      | EINVAL -22, own
            cached, copied    | EEXIST -17, own     | EEXIST -17, own     | EEXIST -17, own      | EEXIST -17, own      | EEXIST -17, own      | OK, own wp   | OK, own      | EEXIST -17, own      | EINVAL -22, own
            zero page         | EEXIST -17, zero    | EEXIST -17, zero    | EEXIST -17, zero     | EFAULT -14, zero     | EFAULT -14, zero     | OK, zero wp  | OK, zero     | EEXIST -17, zero     | EINVAL -22, zero
            punched           | OK, own             | OK, own wp          | OK, zero             | EFAULT -14, none     | EFAULT -14, none     | OK, entry wp | OK, none     | OK, entry            | EINVAL -22, none
            dropped           | OK, own             | OK, own wp          | OK, zero             | OK, file             | OK, file wp          | OK, entry wp | OK, none     | OK, entry            | EINVAL -22, none
            present+wp        | EEXIST -17, file wp | EEXIST -17, file wp | EEXIST -17, file wp  | EEXIST -17, file wp  | EEXIST -17, file wp  | OK, file wp  | OK, file     | EEXIST -17, file wp  | EINVAL -22, file wp
            wp marker         | OK, own             | OK, own wp          | EEXIST -17, entry wp | EFAULT -14, entry wp | EFAULT -14, entry wp | OK, entry wp | OK, none     | EEXIST -17, entry wp | EINVAL -22, entry wp
            wp marker, cached | OK, own             | OK, own wp          | EEXIST -17, entry wp | OK, file             | OK, file wp          | OK, entry wp | OK, none     | EEXIST -17, entry wp | EINVAL -22, entry wp
            poisoned          | OK, own             | OK, own wp          | EEXIST -17, entry    | EFAULT -14, entry    | EFAULT -14, entry    | OK, entry    | OK, entry    | EEXIST -17, entry    | EINVAL -22, entry
            poisoned, cached  | OK, own             | OK, own wp          | EEXIST -17, entry    | OK, file             | OK, file wp          | OK, entry    | OK, entry    | EEXIST -17, entry    | EINVAL -22, entry
            swapped           | OK, own             | OK, own wp          | OK, zero             | OK, file             | OK, file wp          | OK, entry wp | OK, none     | OK, entry            | EINVAL -22, none
            copied, swapped   | EEXIST -17, entry   | EEXIST -17, entry   | EEXIST -17, entry    | EFAULT -14, entry    | EFAULT -14, entry    | OK, entry wp | OK, entry    | EEXIST -17, entry    | EINVAL -22, entry
            beyond EOF        | EFAULT -14, none    | EFAULT -14, none    | EFAULT -14, none     | EINVAL -22, none {7.2: EFAULT -14, none} | EINVAL -22, none {7.2: EFAULT -14, none} | OK, entry wp | OK, none     | EFAULT -14, none     | EINVAL -22, none
            not registered    | ENOENT -2, none     | ENOENT -2, none     | ENOENT -2, none      | ENOENT -2, none      | ENOENT -2, none      | ENOENT, none | ENOENT, none | ENOENT -2, none      | EINVAL -22, none
            """;

    private static final String HUGETLB = """
                              | COPY                 | COPY+WP              | ZEROPAGE             | CONTINUE             | CONTINUE+WP          | WP on        | WP off       | POISON               | MOVE
            missing           | OK, file             | OK, file wp          | EINVAL -22, none     | EFAULT -14, none     | EFAULT -14, none     | OK, entry wp | OK, none     | OK, entry            | EINVAL -22, none
            allocated         | EEXIST -17, none     | EEXIST -17, none     | EINVAL -22, none     | OK, file             | OK, file wp          | OK, entry wp | OK, none     | OK, entry            | EINVAL -22, none
            cached            | EEXIST -17, none     | EEXIST -17, none     | EINVAL -22, none     | OK, file             | OK, file wp          | OK, entry wp | OK, none     | OK, entry            | EINVAL -22, none
            present           | EEXIST -17, file     | EEXIST -17, file     | EINVAL -22, file     | EEXIST -17, file     | EEXIST -17, file     | OK, file wp  | OK, file     | EEXIST -17, file     | EINVAL -22, file
            copied            | EEXIST -17, file     | EEXIST -17, file     | EINVAL -22, file     | EEXIST -17, file     | EEXIST -17, file     | OK, file wp  | OK, file     | EEXIST -17, file     | EINVAL -22, file
            punched           | OK, file             | OK, file wp          | EINVAL -22, none     | EFAULT -14, none     | EFAULT -14, none     | OK, entry wp | OK, none     | OK, entry            | EINVAL -22, none
            dropped           | EEXIST -17, none     | EEXIST -17, none     | EINVAL -22, none     | OK, file             | OK, file wp          | OK, entry wp | OK, none     | OK, entry            | EINVAL -22, none
            present+wp        | EEXIST -17, file wp  | EEXIST -17, file wp  | EINVAL -22, file wp  | EEXIST -17, file wp  | EEXIST -17, file wp  | OK, file wp  | OK, file     | EEXIST -17, file wp  | EINVAL -22, file wp
            wp marker         | OK, file             | OK, file wp          | EINVAL -22, entry wp | EFAULT -14, entry wp | EFAULT -14, entry wp | OK, entry wp | OK, none     | EEXIST -17, entry wp | EINVAL -22, entry wp
            wp marker, cached | EEXIST -17, entry wp | EEXIST -17, entry wp | EINVAL -22, entry wp | OK, file             | OK, file wp          | OK, entry wp | OK, none     | EEXIST -17, entry wp | EINVAL -22, entry wp
            poisoned          | OK, file             | OK, file wp          | EINVAL -22, entry    | EFAULT -14, entry    | EFAULT -14, entry    | OK, entry    | OK, entry    | EEXIST -17, entry    | EINVAL -22, entry
            poisoned, cached  | EEXIST -17, entry    | EEXIST -17, entry    | EINVAL -22, entry    | OK, file             | OK, file wp          | OK, entry    | OK, entry    | EEXIST -17, entry    | EINVAL -22, entry
            beyond EOF        | EFAULT -14, none     | EFAULT -14, none     | EINVAL -22, none     | EFAULT -14, none     | EFAULT -14, none     | OK, entry wp | OK, none     | OK, entry            | EINVAL -22, none
            not registered    | ENOENT -2, none      | ENOENT -2, none      | ENOENT -2, none      | ENOENT -2, none      | ENOENT -2, none      | ENOENT, none | ENOENT, none | ENOENT -2, none      | EINVAL -22, none
            """;

    private static final String HUGETLB_PRIVATE = """
                              | COPY                | COPY+WP             | ZEROPAGE             | CONTINUE             | CONTINUE+WP          | WP on        | WP off       | POISON               | MOVE
            missing           | OK, own             | OK, own wp          | EINVAL -22, none     | EFAULT -14, none     | EFAULT -14, none     | OK, entry wp | OK, none     | OK, entry            | EINVAL -22, none
            allocated         | OK, own             | OK, own wp          | EINVAL -22, none     | OK, file             | OK, file wp          | OK, entry wp | OK, none     | OK, entry            | EINVAL -22, none
            cached            | OK, own             | OK, own wp          | EINVAL -22, none     | OK, file             | OK, file wp          | OK, entry wp | OK, none     | OK, entry            | EINVAL -22, none
            present           | EEXIST -17, file    | EEXIST -17, file    | EINVAL -22, file     | EEXIST -17, file     | EEXIST -17, file     | OK, file wp  | OK, file     | EEXIST -17, file     | EINVAL -22, file
            copied            | EEXIST -17, own     | EEXIST -17, own     | EINVAL -22, own      | EFAULT -14, own      | EFAULT -14, own      | OK, own wp   | OK, own      | EEXIST -17, own      | EINVAL -22, own
            cached, copied    | EEXIST -17, own     | EEXIST -17, own     | EINVAL -22, own      | EEXIST -17, own      | EEXIST -17, own      | OK, own wp   | OK, own      | EEXIST -17, own      | EINVAL -22, own
            punched           | OK, own             | OK, own wp          | EINVAL -22, none     | EFAULT -14, none     | EFAULT -14, none     | OK, entry wp | OK, none     | OK, entry            | EINVAL -22, none
            dropped           | OK, own             | OK, own wp          | EINVAL -22, none     | OK, file             | OK, file wp          | OK, entry wp | OK, none     | OK, entry            | EINVAL -22, none
            present+wp        | EEXIST -17, file wp | EEXIST -17, file wp | EINVAL -22, file wp  | EEXIST -17, file wp  | EEXIST -17, file wp  | OK, file wp  | OK, file     | EEXIST -17, file wp  | EINVAL -22, file wp
            wp marker         | OK, own             | OK, own wp          | EINVAL -22, entry wp | EFAULT -14, entry wp | EFAULT -14, entry wp | OK, entry wp | OK, none     | EEXIST -17, entry wp | EINVAL -22, entry wp
            wp marker, cached | OK, own             | OK, own wp          | EINVAL -22, entry wp | OK, file             | OK, file wp          | OK, entry wp | OK, none     | EEXIST -17, entry wp | EINVAL -22, entry wp
            poisoned          | OK, own             | OK, own wp          | EINVAL -22, entry    | EFAULT -14, entry    | EFAULT -14, entry    | OK, entry    | OK, entry    | EEXIST -17, entry    | EINVAL -22, entry
            poisoned, cached  | OK, own             | OK, own wp          | EINVAL -22, entry    | OK, file             | OK, file wp          | OK, entry    | OK, entry    | EEXIST -17, entry    | EINVAL -22, entry
            beyond EOF        | OK, own             | OK, own wp          | EINVAL -22, none     | EFAULT -14, none     | EFAULT -14, none     | OK, entry wp | OK, none     | OK, entry            | EINVAL -22, none
            not registered    | ENOENT -2, none     | ENOENT -2, none     | ENOENT -2, none      | ENOENT -2, none      | ENOENT -2, none      | ENOENT, none | ENOENT, none | ENOENT -2, none      | EINVAL -22, none
            """;

    static final Map<MemoryKind, String> BY_KIND = Collections.unmodifiableMap(tables());

    private FillTables() {}

    private static Map<MemoryKind, String> tables() {
        Map<MemoryKind, String> tables = new EnumMap<>(MemoryKind.class);
        tables.put(MemoryKind.ANON, ANON);
        tables.put(MemoryKind.SHMEM, SHMEM);
        tables.put(MemoryKind.SHMEM_PRIVATE, SHMEM_PRIVATE);
        tables.put(MemoryKind.HUGETLB, HUGETLB);
        tables.put(MemoryKind.HUGETLB_PRIVATE, HUGETLB_PRIVATE);
        return tables;
    }
}
