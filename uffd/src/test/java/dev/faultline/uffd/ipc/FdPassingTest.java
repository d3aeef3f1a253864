package dev.faultline.uffd.ipc;

import dev.faultline.testing.KernelFeature;
import dev.faultline.testing.RequiresHugePages;
import dev.faultline.testing.RequiresUffd;
import dev.faultline.uffd.memory.PageSize;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class FdPassingTest {

    @Nested
    @RequiresUffd({KernelFeature.MINOR_SHMEM, KernelFeature.WP_ASYNC})
    class BasePages extends TwoProcessCases {
        BasePages() {
            super(PageSize.SIZE_4K);
        }
    }

    @Nested
    @RequiresUffd({KernelFeature.MINOR_HUGETLBFS, KernelFeature.WP_HUGETLBFS_SHMEM, KernelFeature.WP_ASYNC})
    @RequiresHugePages(TwoProcessCases.PAGES)
    class HugePages extends TwoProcessCases {
        HugePages() {
            super(PageSize.SIZE_2M);
        }
    }
}
