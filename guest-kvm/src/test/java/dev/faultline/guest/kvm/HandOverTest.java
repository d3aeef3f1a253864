package dev.faultline.guest.kvm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.guest.kvm.control.GuestReport;
import dev.faultline.guest.kvm.control.VmmClient;
import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.migration.guest.GuestState;
import dev.faultline.testing.RequiresUffd;
import dev.faultline.uffd.EventBatch;
import dev.faultline.uffd.Outcome;
import dev.faultline.uffd.RegisterMode;
import dev.faultline.uffd.memory.AliasMapping;
import dev.faultline.uffd.memory.PageSize;
import dev.faultline.uffd.os.Poller;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Two guest processes and, in this JVM, the least engine there can be: the whole way of a guest from one to the other by
 * nothing but page faults. It shows that what {@code attach} hands over works across processes.
 */
@RequiresUffd
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HandOverTest {
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(15);
    private static final long PAGE_BYTES = PageSize.SIZE_4K.bytes();
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    @ParameterizedTest
    @EnumSource(
            value = MachineChoice.class,
            names = {"KVM", "NATIVE"})
    void aGuestGoesFromOneProcessToAnother(MachineChoice machine) {
        TestConfig.require(machine);
        GuestConfig from = TestConfig.bound(TestConfig.running(machine));
        GuestConfig to = TestConfig.bound(TestConfig.incoming(machine, PageSize.SIZE_4K));
        try (ChildGuest sourceProcess = new ChildGuest(from);
                ChildGuest destinationProcess = new ChildGuest(to)) {
            assertThat(sourceProcess.readLine()).contains("RUNNING: machine " + machine);
            assertThat(destinationProcess.readLine()).contains("INCOMING: machine " + machine);
            try (VmmClient source = VmmClient.attach(from.controlName(), LIMIT_NANOS);
                    VmmClient destination = VmmClient.attach(to.controlName(), LIMIT_NANOS)) {
                seesWhatTheSourceWrites(source);
                GuestReport last = handOver(source, destination);
                serveFaults(source, destination, last);
            }
        }
    }

    private static void seesWhatTheSourceWrites(VmmClient source) {
        GuestRegion region = source.regions().getFirst();
        source.uffd(region)
                .register(region.guestAddress(), region.lengthBytes(), EnumSet.of(RegisterMode.WRITE_PROTECT));
        long[] written = new long[1];
        source.pagemap().takeWritten(region.guestAddress(), region.lengthBytes(), (_, bytes) -> {});
        await(() -> {
            source.pagemap()
                    .takeWritten(region.guestAddress(), region.lengthBytes(), (_, bytes) -> written[0] += bytes);
            return written[0] >= TestConfig.WORKING_SET_BYTES;
        });
    }

    /** Returns the source's last report. */
    private static GuestReport handOver(VmmClient source, VmmClient destination) {
        GuestRegion region = destination.regions().getFirst();
        destination
                .uffd(region)
                .register(
                        region.guestAddress(),
                        region.lengthBytes(),
                        EnumSet.of(RegisterMode.MISSING, RegisterMode.MINOR));
        source.pause();
        GuestReport last = source.query();
        byte[] state = source.saveDeviceState();
        source.relinquish();
        destination.loadDeviceState(state);
        assertThat(destination.state()).isEqualTo(GuestState.PAUSED);
        assertThat(destination.query().allocatedBytes()).isZero();
        destination.resume();
        return last;
    }

    private static void serveFaults(VmmClient source, VmmClient destination, GuestReport last) {
        GuestRegion region = destination.regions().getFirst();
        BitSet mapped = new BitSet();
        try (AliasMapping from = source.regions().getFirst().file().mapAlias();
                AliasMapping to = region.file().mapAlias();
                EventBatch batch = new EventBatch(64)) {
            await(() -> {
                Poller.awaitReadable(destination.uffd(region).fd(), LOOK_NANOS);
                int count = destination.uffd(region).read(batch);
                for (int i = 0; i < count; i++) {
                    long offset = batch.address(i) - region.guestAddress();
                    if (mapped.get((int) (offset / PAGE_BYTES))) { // the other vCPU waited for it as well
                        assertThat(destination.uffd(region).wake(batch.address(i), PAGE_BYTES))
                                .isEqualTo(Outcome.DONE);
                        continue;
                    }
                    mapped.set((int) (offset / PAGE_BYTES));
                    MemorySegment.copy(from.segment(), offset, to.segment(), offset, PAGE_BYTES);
                    assertThat(destination.uffd(region).continuePages(batch.address(i), PAGE_BYTES, 0))
                            .isEqualTo(Outcome.DONE);
                }
                return count == 0
                        && destination.query().statistics().passes()
                                > last.statistics().passes() + 10;
            });
        }
        GuestReport report = destination.query();
        assertThat(report.state()).isEqualTo(GuestState.RUNNING);
        assertThat(report.statistics().firstCorruption()).isEmpty();
        assertThat(report.statistics().failure()).isEmpty();
        assertThat(report.statistics().pauseGapMicros()).isPositive();
        assertThat(source.state()).isEqualTo(GuestState.RELINQUISHED);
    }

    private static void await(BooleanSupplier condition) {
        long deadlineNanos = System.nanoTime() + 4 * LIMIT_NANOS;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("the time").isLessThan(deadlineNanos);
        }
    }
}
