package dev.faultline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.qemu.lab.Accelerator;
import dev.faultline.qemu.lab.Backing;
import dev.faultline.qemu.lab.DiskImage;
import dev.faultline.qemu.lab.QemuVm;
import dev.faultline.qemu.lab.VmSpec;
import dev.faultline.qemu.lab.guest.GuestLoad;
import dev.faultline.qemu.lab.host.LabHost;
import dev.faultline.qemu.lab.host.Leaks;
import dev.faultline.qemu.lab.net.Namespaces;
import dev.faultline.qemu.lab.serial.Continuity;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * An unmodified QEMU moves, from machine to machine to machine, over a network. Its guest verifies all its memory and its
 * disk. {@code ./dev soak qemu-move runs=50} does it so often.
 */
class QemuMoveIT {
    private static final Duration BEATS = Duration.ofSeconds(60);
    /** The guest walks over all its memory in two seconds. */
    private static final int BEATS_OF_A_WALK = 250;

    private static final int HOPS = 2;
    private static final long SLOW_BITS_PER_SECOND = 400_000_000L;

    private final Soak soak = new Soak("qemu-move");

    @TempDir
    private Path journals;

    /** A guest to be moved along a chain of machines. */
    private record Plan(
            Accelerator accelerator, Backing backing, int pagesPerSecond, boolean disk, int nodes, String mode) {
        VmSpec spec(String name, @Nullable DiskImage image) {
            VmSpec spec = VmSpec.of(name, accelerator, GuestLoad.of(pagesPerSecond))
                    .withMemory(256L << 20, backing)
                    .withMemoryNodes(nodes);
            return image == null ? spec : spec.withDisk(image);
        }

        String load() {
            return switch (pagesPerSecond) {
                case GuestLoad.IDLE -> "idle";
                case GuestLoad.UNTHROTTLED -> "unthrottled";
                default -> pagesPerSecond + " pages/s";
            };
        }
    }

    private static final List<Plan> PLANS = List.of(
            new Plan(Accelerator.TCG, Backing.FILE, GuestLoad.UNTHROTTLED, true, 1, "hybrid"),
            new Plan(Accelerator.KVM, Backing.HUGE_FILE, GuestLoad.UNTHROTTLED, false, 1, "hybrid"),
            new Plan(Accelerator.KVM, Backing.FILE, GuestLoad.UNTHROTTLED, false, 1, "postcopy"),
            new Plan(Accelerator.TCG, Backing.HUGE_MEMFD, GuestLoad.IDLE, true, 1, "hybrid"),
            new Plan(Accelerator.KVM, Backing.MEMFD, 10_000, false, 1, "precopy"),
            new Plan(Accelerator.TCG, Backing.FILE, 10_000, false, 2, "postcopy"),
            new Plan(Accelerator.KVM, Backing.FILE, GuestLoad.UNTHROTTLED, false, 1, "hybrid"),
            new Plan(Accelerator.TCG, Backing.MEMFD, GuestLoad.UNTHROTTLED, true, 1, "postcopy"));

    @BeforeAll
    static void requireTools() {
        LabHost.requireQemu();
        LabHost.requireNamespaces();
    }

    @Test
    void anUnmodifiedQemuMovesAlongAChainOfMachines() throws IOException {
        int runs = soak.number("runs", 6);
        List<List<String>> rows = new ArrayList<>();
        Leaks leaks = Leaks.begin();
        try (Namespaces network = Namespaces.create(2)) {
            for (int chain = 0; chain * HOPS < runs; chain++) {
                rows.addAll(moveAlongChain(chain, PLANS.get(chain % PLANS.size()), network));
            }
        }
        leaks.assertNone();
        soak.writeTable(
                "An unmodified QEMU moves over a veth pair, each guest along a chain of " + (HOPS + 1) + " machines",
                List.of(
                        "accelerator",
                        "memory",
                        "guest",
                        "mode",
                        "hop",
                        "downtime ms",
                        "silence of the heartbeat ms",
                        "missing pages",
                        "total ms",
                        "wrong pages"),
                rows);
    }

    /** So slow a link that the guest rewrites its memory faster than it can be sent; what it touches comes first. */
    @Test
    void aQemuMovesOverASlowLink() {
        VmSpec spec = VmSpec.of("slow", Accelerator.KVM, GuestLoad.of(GuestLoad.UNTHROTTLED));
        try (Namespaces network = Namespaces.create(2);
                QemuVm source = QemuVm.start(spec);
                QemuVm destination = QemuVm.start(spec.incoming("slow-to"));
                QemuMove move = new QemuMove(source, destination, network, journals)) {
            network.shape(SLOW_BITS_PER_SECOND);
            source.awaitReady();
            source.serial().awaitHeartbeats(50, BEATS);
            JsonNode sent = move.run("--mode", "hybrid").sent();
            destination.serial().awaitHeartbeats(BEATS_OF_A_WALK, BEATS);
            Continuity.of(source.log(), destination.log()).assertUnbroken();
            assertThat(sent.path("dirtyPages").asLong())
                    .as("it did not converge: %s", sent)
                    .isGreaterThan(1000);
            long leastNanos = sent.path("sentBytes").asLong() * Byte.SIZE * 1_000_000_000L / SLOW_BITS_PER_SECOND;
            assertThat(sent.path("totalNanos").asLong()).as("the link is slow").isGreaterThan(leastNanos / 2);
        }
    }

    private List<List<String>> moveAlongChain(int chain, Plan plan, Namespaces network) throws IOException {
        List<QemuVm> machines = new ArrayList<>();
        List<QemuMove.Result> results = new ArrayList<>();
        long hugePagesBefore = Traces.hugePages();
        try (DiskImage disk = plan.disk() ? DiskImage.create() : null) {
            VmSpec first = plan.spec("m" + chain + "-0", disk);
            machines.add(QemuVm.start(first));
            machines.getFirst().awaitReady();
            machines.getFirst().serial().awaitHeartbeats(50, BEATS);
            for (int hop = 1; hop <= HOPS; hop++) {
                QemuVm source = machines.getLast();
                QemuVm destination = QemuVm.start(first.incoming("m" + chain + "-" + hop));
                machines.add(destination);
                try (QemuMove move = new QemuMove(source, destination, network, journals.resolve(chain + "-" + hop))) {
                    results.add(move.run("--mode", plan.mode()));
                }
                destination.serial().awaitHeartbeats(BEATS_OF_A_WALK, BEATS);
                assertThat(source.isAlive())
                        .as("the source's QEMU has been ended")
                        .isFalse();
                source.close();
            }
            Continuity continuity =
                    Continuity.of(machines.stream().map(QemuVm::log).toList());
            continuity.assertUnbroken();
            return rows(plan, results, continuity);
        } finally {
            machines.reversed().forEach(QemuVm::close);
            assertThat(Traces.hugePages()).isEqualTo(hugePagesBefore);
        }
    }

    private static List<List<String>> rows(Plan plan, List<QemuMove.Result> results, Continuity continuity) {
        List<List<String>> rows = new ArrayList<>();
        for (int hop = 0; hop < results.size(); hop++) {
            QemuMove.Result result = results.get(hop);
            rows.add(List.of(
                    plan.accelerator().name(),
                    plan.backing().name().toLowerCase(Locale.ROOT).replace('_', ' ')
                            + (plan.nodes() == 1 ? "" : ", 2 nodes"),
                    plan.load() + (plan.disk() ? ", disk" : ""),
                    plan.mode(),
                    Integer.toString(hop + 1),
                    String.format(Locale.ROOT, "%.1f", result.downtimeMicros() / 1000.0),
                    continuity.handOverGapsMillis().get(hop).toString(),
                    result.sent().path("dirtyPages").asString(),
                    Long.toString(result.sent().path("totalNanos").asLong() / 1_000_000),
                    "0"));
        }
        return rows;
    }
}
