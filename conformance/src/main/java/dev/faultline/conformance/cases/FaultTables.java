package dev.faultline.conformance.cases;

import dev.faultline.conformance.subject.MemoryKind;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/** What a load or a store of a page in each state produces, in each mode, and what the page table holds then. */
final class FaultTables {
    private static final String ANON = """
                                   | M              | W                 | MW
            missing, load          | MISSING        | silent 0, zero    | MISSING
            missing, store         | MISSING+WRITE  | silent, own       | MISSING+WRITE
            copied, load           | silent 7, own  | silent 7, own     | silent 7, own
            copied, store          | silent, own    | silent, own       | silent, own
            zero page, load        | silent 0, zero | silent 0, zero    | silent 0, zero
            zero page, store       | silent, own    | silent, own       | silent, own
            dropped, load          | MISSING        | silent 0, zero    | MISSING
            dropped, store         | MISSING+WRITE  | silent, own       | MISSING+WRITE
            present+wp, load       | -              | silent 7, own wp  | silent 7, own wp
            present+wp, store      | -              | WP+WRITE          | WP+WRITE
            missing+wp, load       | -              | silent 0, zero    | MISSING
            missing+wp, store      | -              | silent, own       | MISSING+WRITE
            wp marker, load        | -              | silent 0, zero wp | MISSING
            wp marker, store       | -              | WP+WRITE          | MISSING+WRITE
            poisoned, load         | SIGBUS         | SIGBUS            | SIGBUS
            poisoned, store        | SIGBUS         | SIGBUS            | SIGBUS
            copied, swapped, load  | silent 7, own  | silent 7, own     | silent 7, own
            copied, swapped, store | silent, own    | silent, own       | silent, own
            """;

    private static final String SHMEM = """
                                     | M              | W                 | MW                | N              | MN             | WN                | MWN
            missing, load            | MISSING        | silent 0, file    | MISSING           | silent 0, file | MISSING        | silent 0, file    | MISSING
            missing, store           | MISSING+WRITE  | silent, file      | MISSING+WRITE     | silent, file   | MISSING+WRITE  | silent, file      | MISSING+WRITE
            allocated, load          | silent 0, file | silent 0, file    | silent 0, file    | MINOR          | MINOR          | MINOR             | MINOR
            allocated, store         | silent, file   | silent, file      | silent, file      | MINOR+WRITE    | MINOR+WRITE    | MINOR+WRITE       | MINOR+WRITE
            cached, load             | silent 7, file | silent 7, file    | silent 7, file    | MINOR          | MINOR          | MINOR             | MINOR
            cached, store            | silent, file   | silent, file      | silent, file      | MINOR+WRITE    | MINOR+WRITE    | MINOR+WRITE       | MINOR+WRITE
            present, load            | silent 7, file | silent 7, file    | silent 7, file    | silent 7, file | silent 7, file | silent 7, file    | silent 7, file
            present, store           | silent, file   | silent, file      | silent, file      | silent, file   | silent, file   | silent, file      | silent, file
            copied, load             | silent 7, file | silent 7, file    | silent 7, file    | silent 7, file | silent 7, file | silent 7, file    | silent 7, file
            copied, store            | silent, file   | silent, file      | silent, file      | silent, file   | silent, file   | silent, file      | silent, file
            punched, load            | MISSING        | silent 0, file    | MISSING           | silent 0, file | MISSING        | silent 0, file    | MISSING
            punched, store           | MISSING+WRITE  | silent, file      | MISSING+WRITE     | silent, file   | MISSING+WRITE  | silent, file      | MISSING+WRITE
            dropped, load            | silent 7, file | silent 7, file    | silent 7, file    | MINOR          | MINOR          | MINOR             | MINOR
            dropped, store           | silent, file   | silent, file      | silent, file      | MINOR+WRITE    | MINOR+WRITE    | MINOR+WRITE       | MINOR+WRITE
            present+wp, load         | -              | silent 7, file wp | silent 7, file wp | -              | -              | silent 7, file wp | silent 7, file wp
            present+wp, store        | -              | WP+WRITE          | WP+WRITE          | -              | -              | WP+WRITE          | WP+WRITE
            wp marker, load          | -              | silent 0, file wp | MISSING           | -              | -              | silent 0, file wp | MISSING
            wp marker, store         | -              | WP+WRITE          | MISSING+WRITE     | -              | -              | WP+WRITE          | MISSING+WRITE
            wp marker, cached, load  | -              | silent 7, file wp | silent 7, file wp | -              | -              | MINOR             | MINOR
            wp marker, cached, store | -              | WP+WRITE          | WP+WRITE          | -              | -              | MINOR+WRITE       | MINOR+WRITE
            poisoned, load           | SIGBUS         | SIGBUS            | SIGBUS            | SIGBUS         | SIGBUS         | SIGBUS            | SIGBUS
            poisoned, store          | SIGBUS         | SIGBUS            | SIGBUS            | SIGBUS         | SIGBUS         | SIGBUS            | SIGBUS
            poisoned, cached, load   | SIGBUS         | SIGBUS            | SIGBUS            | SIGBUS         | SIGBUS         | SIGBUS            | SIGBUS
            poisoned, cached, store  | SIGBUS         | SIGBUS            | SIGBUS            | SIGBUS         | SIGBUS         | SIGBUS            | SIGBUS
            swapped, load            | silent 7, file | silent 7, file    | silent 7, file    | MINOR          | MINOR          | MINOR             | MINOR
            swapped, store           | silent, file   | silent, file      | silent, file      | MINOR+WRITE    | MINOR+WRITE    | MINOR+WRITE       | MINOR+WRITE
            beyond EOF, load         | SIGBUS         | SIGBUS            | SIGBUS            | SIGBUS         | SIGBUS         | SIGBUS            | SIGBUS
            beyond EOF, store        | SIGBUS         | SIGBUS            | SIGBUS            | SIGBUS         | SIGBUS         | SIGBUS            | SIGBUS
            """;

    private static final String SHMEM_PRIVATE = """
                                     | M              | W                 | MW                | N              | MN             | WN                | MWN
            missing, load            | MISSING        | silent 0, file    | MISSING           | silent 0, file | MISSING        | silent 0, file    | MISSING
            missing, store           | MISSING+WRITE  | silent, own       | MISSING+WRITE     | silent, own    | MISSING+WRITE  | silent, own       | MISSING+WRITE
            allocated, load          | silent 0, file | silent 0, file    | silent 0, file    | MINOR          | MINOR          | MINOR             | MINOR
            allocated, store         | silent, own    | silent, own       | silent, own       | MINOR+WRITE    | MINOR+WRITE    | MINOR+WRITE       | MINOR+WRITE
            cached, load             | silent 7, file | silent 7, file    | silent 7, file    | MINOR          | MINOR          | MINOR             | MINOR
            cached, store            | silent, own    | silent, own       | silent, own       | MINOR+WRITE    | MINOR+WRITE    | MINOR+WRITE       | MINOR+WRITE
            present, load            | silent 7, file | silent 7, file    | silent 7, file    | silent 7, file | silent 7, file | silent 7, file    | silent 7, file
            present, store           | silent, own    | silent, own       | silent, own       | silent, own    | silent, own    | silent, own       | silent, own
            copied, load             | silent 7, own  | silent 7, own     | silent 7, own     | silent 7, own  | silent 7, own  | silent 7, own     | silent 7, own
            copied, store            | silent, own    | silent, own       | silent, own       | silent, own    | silent, own    | silent, own       | silent, own
            cached, copied, load     | silent 8, own  | silent 8, own     | silent 8, own     | silent 8, own  | silent 8, own  | silent 8, own     | silent 8, own
            cached, copied, store    | silent, own    | silent, own       | silent, own       | silent, own    | silent, own    | silent, own       | silent, own
            zero page, load          | silent 0, zero | silent 0, zero    | silent 0, zero    | silent 0, zero | silent 0, zero | silent 0, zero    | silent 0, zero
            zero page, store         | silent, own    | silent, own       | silent, own       | silent, own    | silent, own    | silent, own       | silent, own
            punched, load            | MISSING        | silent 0, file    | MISSING           | silent 0, file | MISSING        | silent 0, file    | MISSING
            punched, store           | MISSING+WRITE  | silent, own       | MISSING+WRITE     | silent, own    | MISSING+WRITE  | silent, own       | MISSING+WRITE
            dropped, load            | silent 7, file | silent 7, file    | silent 7, file    | MINOR          | MINOR          | MINOR             | MINOR
            dropped, store           | silent, own    | silent, own       | silent, own       | MINOR+WRITE    | MINOR+WRITE    | MINOR+WRITE       | MINOR+WRITE
            present+wp, load         | -              | silent 7, file wp | silent 7, file wp | -              | -              | silent 7, file wp | silent 7, file wp
            present+wp, store        | -              | WP+WRITE          | WP+WRITE          | -              | -              | WP+WRITE          | WP+WRITE
            wp marker, load          | -              | silent 0, file wp | MISSING           | -              | -              | silent 0, file wp | MISSING
            wp marker, store         | -              | WP+WRITE          | MISSING+WRITE     | -              | -              | WP+WRITE          | MISSING+WRITE
            wp marker, cached, load  | -              | silent 7, file wp | silent 7, file wp | -              | -              | MINOR             | MINOR
            wp marker, cached, store | -              | WP+WRITE          | WP+WRITE          | -              | -              | MINOR+WRITE       | MINOR+WRITE
            poisoned, load           | SIGBUS         | SIGBUS            | SIGBUS            | SIGBUS         | SIGBUS         | SIGBUS            | SIGBUS
            poisoned, store          | SIGBUS         | SIGBUS            | SIGBUS            | SIGBUS         | SIGBUS         | SIGBUS            | SIGBUS
            poisoned, cached, load   | SIGBUS         | SIGBUS            | SIGBUS            | SIGBUS         | SIGBUS         | SIGBUS            | SIGBUS
            poisoned, cached, store  | SIGBUS         | SIGBUS            | SIGBUS            | SIGBUS         | SIGBUS         | SIGBUS            | SIGBUS
            swapped, load            | silent 7, file | silent 7, file    | silent 7, file    | MINOR          | MINOR          | MINOR             | MINOR
            swapped, store           | silent, own    | silent, own       | silent, own       | MINOR+WRITE    | MINOR+WRITE    | MINOR+WRITE       | MINOR+WRITE
            copied, swapped, load    | silent 7, own  | silent 7, own     | silent 7, own     | silent 7, own  | silent 7, own  | silent 7, own     | silent 7, own
            copied, swapped, store   | silent, own    | silent, own       | silent, own       | silent, own    | silent, own    | silent, own       | silent, own
            beyond EOF, load         | SIGBUS         | SIGBUS            | SIGBUS            | SIGBUS         | SIGBUS         | SIGBUS            | SIGBUS
            beyond EOF, store        | SIGBUS         | SIGBUS            | SIGBUS            | SIGBUS         | SIGBUS         | SIGBUS            | SIGBUS
            """;

    private static final String HUGETLB = """
                                     | M              | W                 | MW                | N              | MN             | WN                | MWN
            missing, load            | MISSING        | silent 0, file    | MISSING           | silent 0, file | MISSING        | silent 0, file    | MISSING
            missing, store           | MISSING+WRITE  | silent, file      | MISSING+WRITE     | silent, file   | MISSING+WRITE  | silent, file      | MISSING+WRITE
            allocated, load          | silent 0, file | silent 0, file    | silent 0, file    | MINOR          | MINOR          | MINOR             | MINOR
            allocated, store         | silent, file   | silent, file      | silent, file      | MINOR+WRITE    | MINOR+WRITE    | MINOR+WRITE       | MINOR+WRITE
            cached, load             | silent 7, file | silent 7, file    | silent 7, file    | MINOR          | MINOR          | MINOR             | MINOR
            cached, store            | silent, file   | silent, file      | silent, file      | MINOR+WRITE    | MINOR+WRITE    | MINOR+WRITE       | MINOR+WRITE
            present, load            | silent 7, file | silent 7, file    | silent 7, file    | silent 7, file | silent 7, file | silent 7, file    | silent 7, file
            present, store           | silent, file   | silent, file      | silent, file      | silent, file   | silent, file   | silent, file      | silent, file
            copied, load             | silent 7, file | silent 7, file    | silent 7, file    | silent 7, file | silent 7, file | silent 7, file    | silent 7, file
            copied, store            | silent, file   | silent, file      | silent, file      | silent, file   | silent, file   | silent, file      | silent, file
            punched, load            | MISSING        | silent 0, file    | MISSING           | silent 0, file | MISSING        | silent 0, file    | MISSING
            punched, store           | MISSING+WRITE  | silent, file      | MISSING+WRITE     | silent, file   | MISSING+WRITE  | silent, file      | MISSING+WRITE
            dropped, load            | silent 7, file | silent 7, file    | silent 7, file    | MINOR          | MINOR          | MINOR             | MINOR
            dropped, store           | silent, file   | silent, file      | silent, file      | MINOR+WRITE    | MINOR+WRITE    | MINOR+WRITE       | MINOR+WRITE
            present+wp, load         | -              | silent 7, file wp | silent 7, file wp | -              | -              | silent 7, file wp | silent 7, file wp
            present+wp, store        | -              | WP+WRITE          | WP+WRITE          | -              | -              | WP+WRITE          | WP+WRITE
            wp marker, load          | -              | silent 0, file wp | MISSING           | -              | -              | silent 0, file wp | MISSING
            wp marker, store         | -              | WP+WRITE          | MISSING+WRITE     | -              | -              | WP+WRITE          | MISSING+WRITE
            wp marker, cached, load  | -              | silent 7, file wp | silent 7, file wp | -              | -              | MINOR             | MINOR
            wp marker, cached, store | -              | WP+WRITE          | WP+WRITE          | -              | -              | MINOR+WRITE       | MINOR+WRITE
            poisoned, load           | SIGBUS         | SIGBUS            | SIGBUS            | SIGBUS         | SIGBUS         | SIGBUS            | SIGBUS
            poisoned, store          | SIGBUS         | SIGBUS            | SIGBUS            | SIGBUS         | SIGBUS         | SIGBUS            | SIGBUS
            poisoned, cached, load   | SIGBUS         | SIGBUS            | SIGBUS            | SIGBUS         | SIGBUS         | SIGBUS            | SIGBUS
            poisoned, cached, store  | SIGBUS         | SIGBUS            | SIGBUS            | SIGBUS         | SIGBUS         | SIGBUS            | SIGBUS
            beyond EOF, load         | SIGBUS         | SIGBUS            | SIGBUS            | SIGBUS         | SIGBUS         | SIGBUS            | SIGBUS
            beyond EOF, store        | SIGBUS         | SIGBUS            | SIGBUS            | SIGBUS         | SIGBUS         | SIGBUS            | SIGBUS
            """;

    private static final String HUGETLB_PRIVATE = """
                                     | M              | W                 | MW                | N              | MN             | WN                | MWN
            missing, load            | MISSING        | silent 0, own     | MISSING           | silent 0, own  | MISSING        | silent 0, own     | MISSING
            missing, store           | MISSING+WRITE  | silent, own       | MISSING+WRITE     | silent, own    | MISSING+WRITE  | silent, own       | MISSING+WRITE
            allocated, load          | silent 0, file | silent 0, file    | silent 0, file    | MINOR          | MINOR          | MINOR             | MINOR
            allocated, store         | silent, own    | silent, own       | silent, own       | MINOR+WRITE    | MINOR+WRITE    | MINOR+WRITE       | MINOR+WRITE
            cached, load             | silent 7, file | silent 7, file    | silent 7, file    | MINOR          | MINOR          | MINOR             | MINOR
            cached, store            | silent, own    | silent, own       | silent, own       | MINOR+WRITE    | MINOR+WRITE    | MINOR+WRITE       | MINOR+WRITE
            present, load            | silent 7, file | silent 7, file    | silent 7, file    | silent 7, file | silent 7, file | silent 7, file    | silent 7, file
            present, store           | silent, own    | silent, own       | silent, own       | silent, own    | silent, own    | silent, own       | silent, own
            copied, load             | silent 7, own  | silent 7, own     | silent 7, own     | silent 7, own  | silent 7, own  | silent 7, own     | silent 7, own
            copied, store            | silent, own    | silent, own       | silent, own       | silent, own    | silent, own    | silent, own       | silent, own
            cached, copied, load     | silent 8, own  | silent 8, own     | silent 8, own     | silent 8, own  | silent 8, own  | silent 8, own     | silent 8, own
            cached, copied, store    | silent, own    | silent, own       | silent, own       | silent, own    | silent, own    | silent, own       | silent, own
            punched, load            | MISSING        | silent 0, own     | MISSING           | silent 0, own  | MISSING        | silent 0, own     | MISSING
            punched, store           | MISSING+WRITE  | silent, own       | MISSING+WRITE     | silent, own    | MISSING+WRITE  | silent, own       | MISSING+WRITE
            dropped, load            | silent 7, file | silent 7, file    | silent 7, file    | MINOR          | MINOR          | MINOR             | MINOR
            dropped, store           | silent, own    | silent, own       | silent, own       | MINOR+WRITE    | MINOR+WRITE    | MINOR+WRITE       | MINOR+WRITE
            present+wp, load         | -              | silent 7, file wp | silent 7, file wp | -              | -              | silent 7, file wp | silent 7, file wp
            present+wp, store        | -              | WP+WRITE          | WP+WRITE          | -              | -              | WP+WRITE          | WP+WRITE
            wp marker, load          | -              | silent 0, own wp  | MISSING           | -              | -              | silent 0, own wp  | MISSING
            wp marker, store         | -              | WP+WRITE          | MISSING+WRITE     | -              | -              | WP+WRITE          | MISSING+WRITE
            wp marker, cached, load  | -              | silent 7, file wp | silent 7, file wp | -              | -              | MINOR             | MINOR
            wp marker, cached, store | -              | WP+WRITE          | WP+WRITE          | -              | -              | MINOR+WRITE       | MINOR+WRITE
            poisoned, load           | SIGBUS         | SIGBUS            | SIGBUS            | SIGBUS         | SIGBUS         | SIGBUS            | SIGBUS
            poisoned, store          | SIGBUS         | SIGBUS            | SIGBUS            | SIGBUS         | SIGBUS         | SIGBUS            | SIGBUS
            poisoned, cached, load   | SIGBUS         | SIGBUS            | SIGBUS            | SIGBUS         | SIGBUS         | SIGBUS            | SIGBUS
            poisoned, cached, store  | SIGBUS         | SIGBUS            | SIGBUS            | SIGBUS         | SIGBUS         | SIGBUS            | SIGBUS
            beyond EOF, load         | SIGBUS         | SIGBUS            | SIGBUS            | SIGBUS         | SIGBUS         | SIGBUS            | SIGBUS
            beyond EOF, store        | SIGBUS         | SIGBUS            | SIGBUS            | SIGBUS         | SIGBUS         | SIGBUS            | SIGBUS
            """;

    static final Map<MemoryKind, String> BY_KIND = Collections.unmodifiableMap(tables());

    private FaultTables() {}

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
