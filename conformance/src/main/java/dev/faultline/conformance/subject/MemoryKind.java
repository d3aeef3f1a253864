package dev.faultline.conformance.subject;

import dev.faultline.uffd.memory.PageSize;

/** The kinds of memory that userfaultfd knows, named as in the kernel's own tests. */
public enum MemoryKind {
    /** Private anonymous memory. */
    ANON("anon", PageSize.SIZE_4K, false, false),
    /** A memory file, mapped MAP_SHARED. */
    SHMEM("shmem", PageSize.SIZE_4K, true, true),
    /** A memory file, mapped MAP_PRIVATE. */
    SHMEM_PRIVATE("shmem-private", PageSize.SIZE_4K, true, false),
    /** A memory file of huge pages, mapped MAP_SHARED. */
    HUGETLB("hugetlb", PageSize.SIZE_2M, true, true),
    /** A memory file of huge pages, mapped MAP_PRIVATE. */
    HUGETLB_PRIVATE("hugetlb-private", PageSize.SIZE_2M, true, false);

    private final String label;
    private final PageSize pageSize;
    private final boolean ofFile;
    private final boolean shared;

    MemoryKind(String label, PageSize pageSize, boolean ofFile, boolean shared) {
        this.label = label;
        this.pageSize = pageSize;
        this.ofFile = ofFile;
        this.shared = shared;
    }

    /** {@return the kind of that name} */
    public static MemoryKind of(String label) {
        for (MemoryKind kind : values()) {
            if (kind.label.equals(label)) {
                return kind;
            }
        }
        throw new IllegalArgumentException("no kind of memory: " + label);
    }

    /** {@return its name in tables} */
    public String label() {
        return label;
    }

    /** {@return the size of its pages} */
    public PageSize pageSize() {
        return pageSize;
    }

    /** {@return whether a file is mapped, which another mapping can fill} */
    public boolean isOfFile() {
        return ofFile;
    }

    /** {@return whether it is mapped MAP_SHARED} */
    public boolean isShared() {
        return shared;
    }

    /** {@return whether its pages are huge pages} */
    public boolean isHuge() {
        return pageSize.isHuge();
    }
}
