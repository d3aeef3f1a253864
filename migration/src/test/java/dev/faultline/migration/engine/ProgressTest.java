package dev.faultline.migration.engine;

import dev.faultline.migration.MigrationMode;
import dev.faultline.migration.MigrationProgress;
import dev.faultline.testing.RequiresUffd;
import dev.faultline.uffd.memory.PageSize;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an operator sees while the push lasts. */
@Timeout(60)
@RequiresUffd
class ProgressTest {
    private static final long MEMORY_BYTES = 64L << 20;
    private static final int HOT_BLOCKS = 16_000;
    private static final int PAGES_ROLE = 1;

    private final CountDownLatch seen = new CountDownLatch(1);
    private final AtomicBoolean once = new AtomicBoolean();

    @Test
    void whatRemainsFallsDuringThePush() throws Exception {
        try (TestGuest source = new TestGuest(MEMORY_BYTES, PageSize.SIZE_4K, HOT_BLOCKS, 0, false);
                TestGuest destination = new TestGuest(MEMORY_BYTES, PageSize.SIZE_4K, HOT_BLOCKS, 0, true)) {
            source.allowPasses(1);
            source.resume();
            source.awaitIdle();
            destination.allowPasses(0);
            Relay.Watch watch = new Relay.Watch() {
                @Override
                public void see(Relay.Seen frame) {}

                @Override
                public void arrived(Relay.Seen frame) throws InterruptedException {
                    // The push goes on until the sockets' buffers are full, which hold a part of it only.
                    if (frame.fromSource() && frame.role() == PAGES_ROLE && once.compareAndSet(false, true)) {
                        seen.await();
                    }
                }
            };
            try (Migration migration =
                    new Migration(source, destination, Migration.Plan.of(MigrationMode.POSTCOPY), watch)) {
                while (!isInTheMiddle(migration)) {
                    Thread.sleep(5);
                }
                seen.countDown();
                migration.sent();
                migration.received();
            }
        }
    }

    private static boolean isInTheMiddle(Migration migration) {
        return migration
                .sourceProgress()
                .filter(now -> now.phase().equals("push"))
                .map(MigrationProgress::remainingPages)
                .filter(pages -> pages > 0 && pages < MEMORY_BYTES / 4096)
                .isPresent();
    }
}
