package dev.faultline.uffd.ipc;

import dev.faultline.uffd.RequiresHugePages;
import dev.faultline.uffd.RequiresUffd;
import dev.faultline.uffd.UffdFeature;
import dev.faultline.uffd.memory.PageSize;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class FdPassingTest {

    @Nested
    @RequiresUffd({UffdFeature.MINOR_SHMEM, UffdFeature.WP_ASYNC})
    class BasePages extends TwoProcessCases {
        BasePages() {
            super(PageSize.SIZE_4K);
        }
    }

    @Nested
    @RequiresUffd({UffdFeature.MINOR_HUGETLBFS, UffdFeature.WP_HUGETLBFS_SHMEM, UffdFeature.WP_ASYNC})
    @RequiresHugePages(TwoProcessCases.PAGES)
    class HugePages extends TwoProcessCases {
        HugePages() {
            super(PageSize.SIZE_2M);
        }
    }
}
