package dev.faultline.migration.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.migration.MigrationMode;
import dev.faultline.migration.source.SourceReport;
import dev.faultline.testing.KernelFeature;
import dev.faultline.testing.RequiresUffd;
import dev.faultline.uffd.memory.PageSize;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * After PREPARE the destination drops pre-copy frames and acknowledges them all the same, so an acknowledgement counts
 * only if it came before. Here all of them come as late as they can without being worthless, between the pause and
 * PREPARE: a source that looks after PREPARE which frames are unacknowledged finds none.
 */
@Timeout(90)
@RequiresUffd(KernelFeature.WP_ASYNC)
class HandOverBarrierTest {
    private static final long MEMORY_BYTES = 16L << 20;
    private static final long PAGES = MEMORY_BYTES / 4096;
    private static final int HOT_BLOCKS = 500;
    private static final int APPLIED = 6;

    private final CountDownLatch paused = new CountDownLatch(1);
    private final AtomicLong acknowledged = new AtomicLong();

    @Test
    void whatIsUnacknowledgedIsFixedBeforeTheDestinationIsTold() throws Exception {
        try (TestGuest source = new TestGuest(MEMORY_BYTES, PageSize.SIZE_4K, HOT_BLOCKS, 0, false);
                TestGuest destination = new TestGuest(MEMORY_BYTES, PageSize.SIZE_4K, HOT_BLOCKS, 0, true)) {
            source.allowPasses(1);
            source.resume();
            source.awaitIdle();
            source.beforeSave = () -> {
                paused.countDown();
                awaitAcknowledgements();
            };
            Relay.Watch watch = frame -> {
                if (!frame.fromSource() && frame.type() == APPLIED) {
                    paused.await();
                    acknowledged.incrementAndGet();
                }
            };
            SourceReport report;
            try (Migration migration =
                    new Migration(source, destination, Migration.Plan.of(MigrationMode.HYBRID), watch)) {
                report = migration.sent();
                migration.received();
            }
            assertThat(report.dirtyPages()).isEqualTo(PAGES);
            destination.allowPasses(2);
            destination.awaitIdle();
            assertThat(source.corruption + destination.corruption).isEmpty();
        }
    }

    private void awaitAcknowledgements() {
        try {
            while (acknowledged.get() == 0) {
                Thread.sleep(10);
            }
            Thread.sleep(500); // until the last of them has come; one that comes later only makes the test weaker
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
