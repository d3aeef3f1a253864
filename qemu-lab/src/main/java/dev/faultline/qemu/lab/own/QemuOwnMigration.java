package dev.faultline.qemu.lab.own;

import dev.faultline.qemu.lab.QemuVm;
import dev.faultline.qemu.lab.host.LabException;
import dev.faultline.qemu.lab.host.Waiting;
import dev.faultline.qemu.lab.qmp.QmpEvent;
import dev.faultline.qemu.lab.qmp.QmpWatch;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/** QEMU's own live migration of a guest from one machine to the next, over TCP, by the lab's monitors. */
public final class QemuOwnMigration {
    /** How long post-copy's first round may take before the guest is moved. */
    private static final long POSTCOPY_AFTER_MILLIS = 300;

    private static final Duration RESUME_TIME = Duration.ofSeconds(10);

    private final QemuVm source;
    private final QemuVm destination;
    private final OwnMode mode;
    private long beginMicros;
    private long beginNanos;

    private QemuOwnMigration(QemuVm source, QemuVm destination, OwnMode mode) {
        this.source = source;
        this.destination = destination;
        this.mode = mode;
    }

    /**
     * Migrates. Afterwards the guest runs at the destination, and the source is left as it is, stopped.
     *
     * @param source where the guest runs
     * @param destination a machine that waits for one
     * @param address where the destination listens, say 127.0.0.1 or that of its network namespace
     * @param mode how
     * @param atMost how long it may take
     * @return what it was like
     * @throws LabException if it fails, or has not ended in time; it is cancelled then, and if that was before the
     *     hand-over, the guest runs on at the source
     */
    public static OwnResult run(QemuVm source, QemuVm destination, String address, OwnMode mode, Duration atMost) {
        return new QemuOwnMigration(source, destination, mode).run(address, atMost);
    }

    /**
     * Begins post-copy at once, so that next to nothing is copied before. Returns when the guest runs at the destination.
     *
     * @param source where the guest runs
     * @param destination a machine that waits for one
     * @param address where the destination listens
     * @param mode which post-copy
     * @param maxPushBytesPerSecond how fast pages are sent that nobody waits for; 0 for no limit
     * @return the migration, which goes on
     * @throws LabException if it fails
     */
    public static QemuOwnMigration startPostcopy(
            QemuVm source, QemuVm destination, String address, OwnMode mode, long maxPushBytesPerSecond) {
        QemuOwnMigration migration = new QemuOwnMigration(source, destination, mode);
        source.watch().execute("migrate-set-parameters", Map.of("max-postcopy-bandwidth", maxPushBytesPerSecond));
        migration.begin(address, 0);
        migration.resumed();
        return migration;
    }

    private OwnResult run(String address, Duration atMost) {
        begin(address, POSTCOPY_AFTER_MILLIS);
        return awaitEnd(atMost);
    }

    private void begin(String address, long postcopyAfterMillis) {
        prepare(source.watch());
        prepare(destination.watch());
        String port = listen(address);
        beginMicros = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
        beginNanos = System.nanoTime();
        source.watch().execute("migrate", Map.of("uri", "tcp:" + address + ":" + port));
        if (mode.postcopy()) {
            Waiting.sleepMillis(postcopyAfterMillis);
            source.watch().execute("migrate-start-postcopy");
        }
    }

    /**
     * Waits until all of the guest is at the destination.
     *
     * @param atMost how long
     * @return what it was like
     * @throws LabException if it fails, or has not ended in time
     */
    public OwnResult awaitEnd(Duration atMost) {
        JsonNode end = awaitCompletion(atMost);
        long totalMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beginNanos);
        JsonNode ram = end.path("ram");
        return new OwnResult(
                mode,
                resumed().timestampMicros() - lastStop(beginMicros).timestampMicros(),
                totalMillis,
                end.path("downtime").longValue(-1),
                end.path("total-time").longValue(-1),
                ram.path("transferred").longValue(-1),
                ram.path("dirty-sync-count").longValue(-1),
                ram.path("postcopy-requests").longValue(-1));
    }

    private QmpEvent resumed() {
        return destination.watch().await("RESUME", beginMicros, RESUME_TIME);
    }

    private void prepare(QmpWatch watch) {
        List<Map<String, Object>> capabilities = mode.capabilities().stream()
                .map(name -> Map.<String, Object>of("capability", name, "state", true))
                .toList();
        if (!capabilities.isEmpty()) {
            watch.execute("migrate-set-capabilities", Map.of("capabilities", capabilities));
        }
        if (!mode.parameters().isEmpty()) {
            watch.execute("migrate-set-parameters", mode.parameters());
        }
    }

    /** Lets the destination choose a port. */
    private String listen(String address) {
        destination.watch().execute("migrate-incoming", Map.of("uri", "tcp:" + address + ":0"));
        JsonNode sockets = destination.watch().execute("query-migrate").path("socket-address");
        return sockets.path(0).path("port").stringValue("");
    }

    private JsonNode awaitCompletion(Duration atMost) {
        long deadlineNanos = System.nanoTime() + atMost.toNanos();
        while (true) {
            JsonNode now = source.watch().execute("query-migrate");
            String status = now.path("status").stringValue("");
            switch (status) {
                case "completed" -> {
                    return now;
                }
                case "failed", "cancelled", "postcopy-paused" ->
                    throw new LabException("QEMU's own migration is " + status + ": " + now + "; source: "
                            + source.errors() + "; destination: " + destination.errors());
                default -> Waiting.sleepMillis(2);
            }
            if (System.nanoTime() - deadlineNanos > 0) {
                source.watch().execute("migrate_cancel");
                throw new LabException("QEMU's own migration (" + mode + ") has not ended in " + atMost + ": " + now);
            }
        }
    }

    private QmpEvent lastStop(long sinceMicros) {
        return source.watch().events().stream()
                .filter(event -> event.name().equals("STOP") && event.timestampMicros() >= sinceMicros)
                .reduce((_, later) -> later)
                .orElseThrow(() -> new LabException("the source has sent no STOP event"));
    }
}
