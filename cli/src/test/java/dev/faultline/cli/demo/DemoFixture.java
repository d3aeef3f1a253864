package dev.faultline.cli.demo;

import dev.faultline.cli.option.GuestOptions;
import dev.faultline.cli.option.LimitOptions;
import dev.faultline.cli.option.MemoryBackend;
import dev.faultline.guest.kvm.control.GuestDescription;
import dev.faultline.guest.kvm.control.GuestReport;
import dev.faultline.guest.kvm.control.GuestStatistics;
import dev.faultline.guest.kvm.control.VcpuProgress;
import dev.faultline.guest.kvm.machine.MachineType;
import dev.faultline.migration.AuditReport;
import dev.faultline.migration.Compression;
import dev.faultline.migration.MigrationMode;
import dev.faultline.migration.RoundSummary;
import dev.faultline.migration.TestSwitch;
import dev.faultline.migration.destination.DestinationReport;
import dev.faultline.migration.destination.FaultKind;
import dev.faultline.migration.destination.FaultSummary;
import dev.faultline.migration.guest.GuestState;
import dev.faultline.migration.source.SourceReport;
import dev.faultline.uffd.memory.PageSize;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Results of demos that never ran. */
final class DemoFixture {
    static final long PAGE_BYTES = 4096;
    private static final long MIB = 1 << 20;

    private DemoFixture() {}

    static GuestDescription description(int vcpus) {
        return new GuestDescription(
                MachineType.KVM,
                "KVM is usable",
                vcpus,
                64 * MIB,
                PageSize.SIZE_4K,
                16 * PAGE_BYTES * vcpus,
                8 * PAGE_BYTES * vcpus,
                0);
    }

    static GuestStatistics statistics(long heartbeats, long verified, long cold, long corruptions) {
        Optional<String> first = corruptions == 0 ? Optional.empty() : Optional.of("vCPU 0 found page 0x1000 wrong");
        return new GuestStatistics(
                heartbeats,
                verified,
                verified,
                verified / 16,
                cold,
                corruptions,
                first,
                2_000,
                80_000,
                Optional.empty(),
                List.of(new VcpuProgress(verified, cold)));
    }

    static GuestReport report(GuestState state, GuestStatistics statistics) {
        return new GuestReport("0.1", 42, state, description(1), 24 * MIB, OptionalLong.empty(), statistics);
    }

    static DemoResult good() {
        return result(
                report(GuestState.RELINQUISHED, statistics(10, 1000, 100, 0)),
                report(GuestState.RUNNING, statistics(10, 1000, 100, 0)),
                report(GuestState.RUNNING, statistics(30, 4000, 300, 0)),
                true,
                Optional.empty());
    }

    /** {@return the outcome of an audit of all pages} */
    static AuditReport audit(long mismatches, String words) {
        return new AuditReport(true, 16_384, mismatches, words, 36_864, 12_000_000);
    }

    static DemoResult result(
            GuestReport sourceAfter,
            GuestReport arrived,
            GuestReport last,
            boolean checkedAgain,
            Optional<Comparison> comparison) {
        return result(sourceAfter, arrived, last, checkedAgain, comparison, audit(0, ""));
    }

    static DemoResult result(
            GuestReport sourceAfter,
            GuestReport arrived,
            GuestReport last,
            boolean checkedAgain,
            Optional<Comparison> comparison,
            AuditReport audit) {
        return new DemoResult(
                new DemoSettings(
                        new GuestOptions(),
                        new BackendChoice(MemoryBackend.KERNEL, Optional.empty()),
                        MigrationMode.HYBRID,
                        new LimitOptions(),
                        true,
                        false,
                        0,
                        TestSwitch.NONE),
                report(GuestState.RUNNING, statistics(5, 500, 50, 0)),
                2_500_000_000L,
                sourceAfter,
                arrived,
                last,
                checkedAgain,
                new SourceReport(
                        MigrationMode.HYBRID,
                        List.of(
                                new RoundSummary(0, 98_304, 402_653_184, 900_000_000, 65_536, 268_435_456),
                                new RoundSummary(1, 65_536, 268_435_456, 500_000_000, 60_000, 245_760_000)),
                        List.of(),
                        98_304,
                        1_400,
                        1_390,
                        10,
                        3,
                        402_653_184,
                        402_700_000,
                        0,
                        0,
                        0,
                        0,
                        1,
                        Compression.NONE,
                        900,
                        70_800_000,
                        1_880_000_000,
                        2_070_000_000,
                        36_864,
                        90_000_000,
                        audit),
                new DestinationReport(
                        402_653_184,
                        1_400,
                        List.of(
                                new FaultSummary(FaultKind.CURRENT, 70, 42_500, 926_000, 926_000),
                                new FaultSummary(FaultKind.ZERO, 0, 0, 0, 0)),
                        1,
                        117_000_000,
                        98_304,
                        95_000_000,
                        audit.holding(147_456)),
                comparison,
                9_070_000_000L);
    }
}
