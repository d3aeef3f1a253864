package dev.faultline.migration.rate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faultline.testing.KernelFeature;
import dev.faultline.testing.RequiresHugePages;
import dev.faultline.testing.RequiresUffd;
import dev.faultline.uffd.memory.PageSize;
import dev.faultline.uffd.os.LinuxException;
import dev.faultline.uffd.proc.MemoryMapping;
import dev.faultline.uffd.proc.OpenUffd;
import dev.faultline.uffd.proc.ProcessMaps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a process that is told to write is seen to write. */
@RequiresUffd({KernelFeature.WP_ASYNC, KernelFeature.WP_HUGETLBFS_SHMEM})
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WriteMeterTest {
    private static final long PAGE = PageSize.SIZE_4K.bytes();
    private static final int HUGE_PAGES = 8;
    private static final int SAMPLES = 8;

    @BeforeEach
    void require() {
        Writer.require();
    }

    private static WriteMeter watch(Writer writer) {
        return WriteMeter.begin(writer.pid(), SharedMemory.of(writer.pid()), WriteMeter.FEATURES);
    }

    private static void assertSample(WriteSample sample, long written, long recent, long total) {
        assertThat(List.of(sample.writtenBytes(), sample.recentBytes(), sample.totalBytes()))
                .containsExactly(written, recent, total);
    }

    @Test
    void itsMemoryIsFoundAndNoOtherFile() throws IOException {
        Path disk = Files.write(
                Path.of("target", "disk-" + ProcessHandle.current().pid()).toAbsolutePath(), new byte[(int) PAGE]);
        try (Writer writer = Writer.start(PageSize.SIZE_4K, 1000)) {
            writer.tell("map-disk " + disk);
            writer.tell("map");
            List<MemoryArea> memory = SharedMemory.of(writer.pid());
            assertThat(memory).hasSize(1);
            MemoryArea area = memory.getFirst();
            assertThat(area.name()).isEqualTo("/memfd:" + WriterMain.FILE);
            assertThat(area.pageSize()).isEqualTo(PageSize.SIZE_4K);
            assertThat(area.lengthBytes()).isEqualTo(1000 * PAGE);
            assertThat(area.ranges()).hasSize(2);
        } finally {
            Files.delete(disk);
        }
        try (Writer cat = Writer.startProgram("cat")) {
            assertThat(SharedMemory.of(cat.pid())).isEmpty();
        }
    }

    @Test
    void pagesAreCountedExactly() {
        try (Writer writer = Writer.start(PageSize.SIZE_4K, 1000)) {
            writer.write(0, 300); // before the beginning
            try (WriteMeter meter = watch(writer)) {
                assertThat(meter.stoppedNanos()).isPositive();
                assertSample(meter.sample(), 0, 0, 0);
                writer.write(200, 200); // some are in the file, some are not
                writer.write(250, 10);
                WriteSample second = meter.sample();
                assertSample(second, 200 * PAGE, 200 * PAGE, 200 * PAGE);
                assertThat(second.writtenBytesPerSecond())
                        .isEqualTo(Math.round(200.0 * PAGE * TimeUnit.SECONDS.toNanos(1) / second.intervalNanos()));
                writer.write(350, 100);
                assertSample(meter.sample(), 100 * PAGE, 250 * PAGE, 250 * PAGE);
                assertSample(meter.sample(), 0, 250 * PAGE, 250 * PAGE);
                writer.write(999, 1);
                WriteSample last = meter.sample();
                assertSample(last, PAGE, 251 * PAGE, 251 * PAGE);
                assertThat(last.areas()).hasSize(1).allMatch(AreaSample::isWhole);
                assertThat(last.elapsedNanos()).isGreaterThan(second.elapsedNanos());
            }
        }
    }

    @Test
    @RequiresHugePages(HUGE_PAGES)
    void hugePagesAreCountedExactly() {
        long huge = PageSize.SIZE_2M.bytes();
        try (Writer writer = Writer.start(PageSize.SIZE_2M, HUGE_PAGES)) {
            writer.write(0, 4);
            try (WriteMeter meter = watch(writer)) {
                assertSample(meter.sample(), 0, 0, 0);
                writer.write(2, 4);
                assertSample(meter.sample(), 4 * huge, 4 * huge, 4 * huge);
                writer.write(7, 1);
                assertSample(meter.sample(), huge, 5 * huge, 5 * huge);
            }
            assertNothingIsLeft(writer);
        }
    }

    @Test
    void aPageThatIsMappedTwiceCountsOnce() {
        try (Writer writer = Writer.start(PageSize.SIZE_4K, 1000)) {
            writer.tell("map");
            try (WriteMeter meter = watch(writer)) {
                writer.tell("write 0 100 50");
                writer.tell("write 1 125 50");
                assertSample(meter.sample(), 75 * PAGE, 75 * PAGE, 75 * PAGE);
            }
        }
    }

    /**
     * Its pages are more than it comes to write, so that it writes none twice: each store is seen, and twice at most the
     * one that was under way at a sample.
     */
    @Test
    void theRateOfAWriterIsItsRate() throws InterruptedException {
        int pagesPerSecond = 10_000;
        try (Writer writer = Writer.start(PageSize.SIZE_4K, 1 << 18);
                WriteMeter meter = watch(writer)) {
            long begin = System.nanoTime();
            writer.tell("begin " + pagesPerSecond);
            long seenBytes = 0;
            for (int i = 0; i < SAMPLES; i++) {
                Thread.sleep(250);
                seenBytes += meter.sample().writtenBytes();
            }
            assertThat(seenBytes).isPositive();
            long stores = Long.parseLong(writer.tell("end"));
            WriteSample last = meter.sample();
            seenBytes += last.writtenBytes();
            long nanos = System.nanoTime() - begin;
            assertThat(stores).as("it did not come to the end").isLessThan(1 << 18);
            assertThat(seenBytes / PAGE).isBetween(stores, stores + SAMPLES + 1);
            assertThat(last.totalBytes()).isEqualTo(stores * PAGE);
            // A busy host makes it slower; nothing makes it faster.
            assertThat(WriteSample.perSecond(seenBytes, nanos) / PAGE)
                    .isBetween(pagesPerSecond / 10L, pagesPerSecond * 11L / 10);
        }
    }

    @Test
    void nothingIsLeftAndItCanBeWatchedAgain() {
        try (Writer writer = Writer.start(PageSize.SIZE_4K, 200_000)) { // more than a slice
            for (int i = 0; i < 2; i++) {
                try (WriteMeter meter = watch(writer)) {
                    assertThat(OpenUffd.of(writer.pid()))
                            .as("while it is watched")
                            .isEmpty();
                    assertThat(isRegistered(writer)).isTrue();
                    writer.write(199_999, 1);
                    assertSample(meter.sample(), PAGE, PAGE, PAGE);
                }
                assertNothingIsLeft(writer);
            }
        }
    }

    private static void assertNothingIsLeft(Writer writer) {
        assertThat(OpenUffd.of(writer.pid())).isEmpty();
        assertThat(isRegistered(writer)).isFalse();
    }

    private static boolean isRegistered(Writer writer) {
        return ProcessMaps.readWithFlags(writer.pid()).stream().anyMatch(MemoryMapping::isRegistered);
    }

    @Test
    void memoryThatSomebodyElseHasIsRefusedAndTheOtherGoesOn() {
        try (Writer writer = Writer.start(PageSize.SIZE_4K, 1000);
                WriteMeter first = watch(writer)) {
            assertThatThrownBy(() -> watch(writer))
                    .isInstanceOf(LinuxException.class)
                    .hasMessageContaining("EBUSY")
                    .hasMessageContaining("Another userfaultfd has this memory");
            writer.write(0, 10);
            assertSample(first.sample(), 10 * PAGE, 10 * PAGE, 10 * PAGE);
        }
    }

    @Test
    void itsOwnProcessAndItsChildrenAreRefused() throws IOException {
        assertThatThrownBy(() -> WriteMeter.begin(ProcessHandle.current().pid(), List.of(), WriteMeter.FEATURES))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no process traces itself");
        Process cat = new ProcessBuilder("cat").start();
        try {
            assertThatThrownBy(() -> WriteMeter.begin(cat.pid(), List.of(), WriteMeter.FEATURES))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("is a child of this JVM");
        } finally {
            cat.destroyForcibly();
        }
    }

    @Test
    void theEndOfTheProcessIsTold() {
        try (Writer writer = Writer.start(PageSize.SIZE_4K, 1000);
                WriteMeter meter = watch(writer)) {
            writer.write(0, 10);
            assertSample(meter.sample(), 10 * PAGE, 10 * PAGE, 10 * PAGE);
            assertThat(meter.awaitEnd(0)).isFalse();
            writer.kill();
            assertThat(meter.awaitEnd(TimeUnit.SECONDS.toNanos(30))).isTrue();
            assertThatThrownBy(meter::sample)
                    .isInstanceOf(LinuxException.class)
                    .hasMessageContaining("ESRCH")
                    .hasMessageContaining("has ended, or runs another program");
        }
    }

    @Test
    void memoryThatIsMappedOverMeanwhileIsToldAndTheRestIsWatched() {
        try (Writer writer = Writer.start(PageSize.SIZE_4K, 1000)) {
            try (WriteMeter meter = watch(writer)) {
                writer.tell("replace 100 10");
                writer.write(0, 1);
                assertThat(meter.sample().areas()).noneMatch(AreaSample::isWhole);
                writer.write(90, 30); // of which ten are other memory now
                WriteSample sample = meter.sample();
                assertThat(sample.writtenBytes()).isEqualTo(20 * PAGE);
                assertThat(sample.areas()).noneMatch(AreaSample::isWhole);
            }
            assertNothingIsLeft(writer);
        }
    }
}
