package dev.faultline.cli;

import dev.faultline.migration.destination.FaultKind;
import dev.faultline.qemu.lab.Accelerator;
import dev.faultline.qemu.lab.Backing;
import dev.faultline.qemu.lab.QemuVm;
import dev.faultline.qemu.lab.VmSpec;
import dev.faultline.qemu.lab.guest.GuestLoad;
import dev.faultline.qemu.lab.guest.RomImage;
import dev.faultline.qemu.lab.host.Waiting;
import dev.faultline.qemu.lab.net.Namespaces;
import dev.faultline.qemu.lab.own.OwnMode;
import dev.faultline.qemu.lab.own.QemuOwnMigration;
import dev.faultline.qemu.lab.serial.Continuity;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** One move of a guest by post-copy, whose probe tells how long it waited for pages that were not there. */
final class RemoteFaults {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int BEATS = 5;
    private static final int BEAT_MILLIS = 50;
    private static final long BITS_PER_SECOND = 1_000_000_000L;
    /** A hundredth of what the slow link carries. */
    private static final long TRICKLE_BYTES_PER_SECOND = 1 << 20;
    /** A page that is mapped takes less. */
    private static final long LEAST_NANOS = 10_000;

    private static final long MEBIBYTE = 1 << 20;

    /** What joins the two hosts. */
    enum Network {
        LOOPBACK("loopback"),
        /** The senders' own kernels hold packets back, and see how many wait. */
        SHAPED("1 Gbit/s"),
        /** A third host does, as on most ways. */
        ROUTED("1 Gbit/s, at a router");

        final String label;

        Network(String label) {
            this.label = label;
        }

        private @Nullable Namespaces create() {
            if (this == LOOPBACK) {
                return null;
            }
            Namespaces network = Namespaces.create(3);
            if (this == SHAPED) {
                network.shape(BITS_PER_SECOND);
            } else {
                network.routeThrough(2, BITS_PER_SECOND);
            }
            return network;
        }
    }

    /** What is sent beside the pages that the guest waits for. */
    enum Push {
        IDLE("a trickle"),
        SATURATING("saturating");

        final String label;

        Push(String label) {
            this.label = label;
        }
    }

    /** Who moves the guest. */
    enum Mover {
        FAULTLINE("Faultline", Backing.FILE),
        QEMU("QEMU", Backing.PRIVATE),
        QEMU_PREEMPT("QEMU, preempt", Backing.PRIVATE);

        final String label;
        private final Backing backing;

        Mover(String label, Backing backing) {
            this.label = label;
            this.backing = backing;
        }
    }

    record Way(Network network, Push push, Mover mover) {}

    private final Way way;
    private final int coldMib;
    private final long idleMillis;
    private final Path journals;

    RemoteFaults(Way way, int coldMib, long idleMillis, Path journals) {
        this.way = way;
        this.coldMib = coldMib;
        this.idleMillis = idleMillis;
        this.journals = journals;
    }

    /** {@return how long the guest waited for each page, in nanoseconds, rising} */
    long[] measure() {
        GuestLoad load = new GuestLoad(1, coldMib, GuestLoad.IDLE, BEAT_MILLIS).withProbe(1000);
        long memoryBytes = (RomImage.memoryBytes(load) + MEBIBYTE - 1) & -MEBIBYTE;
        VmSpec spec = VmSpec.of("r", Accelerator.KVM, load).withMemory(memoryBytes, way.mover.backing);
        try (Namespaces network = way.network.create();
                QemuVm source = QemuVm.start(in(network, 0, spec));
                QemuVm destination = QemuVm.start(in(network, 1, spec.incoming("r-to")))) {
            source.awaitReady();
            source.awaitHeartbeats(BEATS, PATIENCE);
            return way.mover == Mover.FAULTLINE
                    ? byFaultline(source, destination, network)
                    : byQemu(source, destination, network);
        }
    }

    private static VmSpec in(@Nullable Namespaces network, int side, VmSpec spec) {
        return network == null ? spec : spec.withPrefix(network.command(side));
    }

    private long[] byFaultline(QemuVm source, QemuVm destination, @Nullable Namespaces network) {
        try (QemuMove move = new QemuMove(source, destination, network, journals)) {
            if (way.push == Push.IDLE) {
                String trickle = Long.toString(TRICKLE_BYTES_PER_SECOND);
                move.startFromStandby("--mode", "postcopy", "--max-postcopy-bandwidth", trickle);
            } else {
                move.startFromStandby("--mode", "postcopy");
            }
            move.awaitResume();
            long before = source.probes().count();
            if (way.push == Push.IDLE) {
                return afterAWhile(source, destination, before);
            }
            return waits(source, destination, before, fetched(move.awaitEnd().received()));
        }
    }

    private static long fetched(JsonNode received) {
        for (JsonNode kind : received.path("faults")) {
            if (kind.path("kind").asString().equalsIgnoreCase(FaultKind.FETCHED.name())) {
                return kind.path("count").asLong();
            }
        }
        throw new AssertionError("no faults in " + received);
    }

    private long[] byQemu(QemuVm source, QemuVm destination, @Nullable Namespaces network) {
        QemuOwnMigration migration = QemuOwnMigration.startPostcopy(
                source,
                destination,
                network == null ? "127.0.0.1" : network.address(1),
                way.mover == Mover.QEMU ? OwnMode.POSTCOPY : OwnMode.POSTCOPY_PREEMPT,
                way.push == Push.IDLE ? TRICKLE_BYTES_PER_SECOND : 0);
        long before = source.probes().count();
        if (way.push == Push.IDLE) {
            return afterAWhile(source, destination, before);
        }
        return waits(source, destination, before, migration.awaitEnd(PATIENCE).requests());
    }

    /** Nearly every page that is touched is one to be asked for: there is no need to count, nor to wait for the others. */
    private long[] afterAWhile(QemuVm source, QemuVm destination, long before) {
        Waiting.sleepMillis(idleMillis);
        return waits(source, destination, before, Long.MAX_VALUE);
    }

    /**
     * The longest touches since the resume, as many as pages were asked for: pages that had been pushed when they were touched
     * may take a moment too, with a fault or without. The first touch may have begun before the pause.
     */
    private static long[] waits(QemuVm source, QemuVm destination, long before, long asked) {
        destination.awaitHeartbeats(BEATS, PATIENCE);
        Continuity.of(source.log(), destination.log()).assertUnbroken();
        long[] sorted = Arrays.stream(destination
                        .probes()
                        .nanos(before + 1, destination.probes().count()))
                .filter(nanos -> nanos >= LEAST_NANOS)
                .sorted()
                .toArray();
        return Arrays.copyOfRange(sorted, (int) Math.max(0, sorted.length - asked), sorted.length);
    }
}
