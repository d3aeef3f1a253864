package dev.faultline.model;

import dev.faultline.uffd.memory.PageSize;

/** The kinds of memory that userfaultfd knows. */
enum Kind {
    ANON(PageSize.SIZE_4K, false, false),
    SHMEM(PageSize.SIZE_4K, true, true),
    SHMEM_PRIVATE(PageSize.SIZE_4K, true, false),
    HUGETLB(PageSize.SIZE_2M, true, true),
    HUGETLB_PRIVATE(PageSize.SIZE_2M, true, false);

    final PageSize pageSize;
    final boolean ofFile;
    final boolean shared;

    Kind(PageSize pageSize, boolean ofFile, boolean shared) {
        this.pageSize = pageSize;
        this.ofFile = ofFile;
        this.shared = shared;
    }
}
