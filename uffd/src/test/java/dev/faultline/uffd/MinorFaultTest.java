package dev.faultline.uffd;

import static dev.faultline.uffd.NativeThread.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.testing.KernelFeature;
import dev.faultline.testing.RequiresHugePages;
import dev.faultline.testing.RequiresUffd;
import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.memory.PageSize;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class MinorFaultTest {

    @Nested
    @RequiresUffd
    class BasePages extends MinorFaultCases {
        BasePages() {
            super(PageSize.SIZE_4K);
        }

        @Test
        void zeroPagesAnswerAMissingFaultAndMakeAPageOfTheFile() {
            memory.fill(0);
            CompletableFuture<byte[]> load = at.thread.load(memory.page(1), memory.pageBytes());
            at.awaitFaultOn(1);
            assertThat(at.batch.isMinor(0)).isFalse();

            assertThat(at.uffd.zeroPages(memory.page(1), memory.pageBytes(), 0)).isEqualTo(Outcome.DONE);

            assertThat(await(load)).containsOnly(0);
            assertThat(memory.file().allocatedBytes()).isEqualTo(memory.pages(2));
        }

        @Test
        void zeroPagesNeverReplaceWhatTheFileHolds() {
            memory.fill(1);
            assertThat(at.uffd.zeroPages(memory.page(0), memory.pages(2), 0))
                    .isEqualTo(Outcome.partial(memory.pageBytes()));
            assertThat(at.uffd.zeroPages(memory.page(1), memory.pageBytes(), 0).errno())
                    .isEqualTo(Errno.EEXIST);
        }
    }

    @Nested
    @RequiresUffd({KernelFeature.MISSING_HUGETLBFS, KernelFeature.MINOR_HUGETLBFS})
    @RequiresHugePages(MinorFaultCases.PAGES + 2)
    class HugePages extends MinorFaultCases {
        HugePages() {
            super(PageSize.SIZE_2M);
        }

        @Test
        void thereAreNoZeroPages() {
            assertThat(at.uffd.zeroPages(memory.page(1), memory.pageBytes(), 0).errno())
                    .isEqualTo(Errno.EINVAL);
        }

        @Test
        void aTouchInTheMiddleIsReportedAsItsPage() {
            memory.fill(1);
            long middle = memory.page(1) + memory.pageBytes() / 2;
            CompletableFuture<byte[]> load = at.thread.load(middle, 8);
            at.awaitFaultOn(1);
            at.continuePages(1, 1);
            await(load);
        }
    }
}
