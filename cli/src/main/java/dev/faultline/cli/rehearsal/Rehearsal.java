package dev.faultline.cli.rehearsal;

import dev.faultline.guest.kvm.GuestConfig;
import dev.faultline.guest.kvm.MachineChoice;
import dev.faultline.guest.kvm.ModelGuest;
import dev.faultline.migration.MigrationException;
import dev.faultline.migration.MigrationMode;
import dev.faultline.migration.TestSwitch;
import dev.faultline.migration.destination.Acceptor;
import dev.faultline.migration.destination.DestinationEngine;
import dev.faultline.migration.destination.DestinationOptions;
import dev.faultline.migration.guest.Guest;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.migration.host.LocalHost;
import dev.faultline.migration.journal.Journal;
import dev.faultline.migration.journal.Phase;
import dev.faultline.migration.source.SourceEngine;
import dev.faultline.migration.source.SourceOptions;
import dev.faultline.uffd.memory.PageSize;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;

/**
 * Small guests of the model, moved within this process by the same engines, over TCP on loopback. While a guest runs
 * nowhere, a fresh JVM needs most of the time for code that it runs for the first time.
 */
public final class Rehearsal {
    static final int MOVES = 10;
    /** So often code has to run before it is compiled. */
    private static final int TIMES = 300;

    private static final long MEMORY_BYTES = 8 << 20;
    private static final long SET_BYTES = 1 << 20;
    private static final long PAGES_PER_SECOND = 1000;

    private Rehearsal() {}

    /**
     * Rehearses. What goes wrong is noted, and no reason not to make the real move.
     *
     * @param guest the guest that is to be moved: it is only asked how it is
     * @return how many moves came to a good end
     */
    public static int run(Guest guest) {
        int made = 0;
        try {
            Path directory = Files.createTempDirectory("faultline-rehearsal");
            try {
                while (made < MOVES) {
                    move(directory);
                    made++;
                }
                write(directory, guest);
            } finally {
                delete(directory);
            }
            for (int i = 0; i < TIMES; i++) {
                guest.state();
            }
            System.gc(); // what it leaves is not to be collected in the middle of the hand-over
        } catch (IOException | MigrationException | GuestException | ExecutionException e) {
            note(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return made;
    }

    private static void note(Exception e) {
        System.getLogger(Rehearsal.class.getName()).log(System.Logger.Level.DEBUG, "the rehearsal failed", e);
    }

    private static void delete(Path directory) throws IOException {
        List<Path> paths;
        try (Stream<Path> all = Files.walk(directory)) {
            paths = all.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : paths) {
            Files.deleteIfExists(path);
        }
    }

    private static void move(Path directory)
            throws IOException, MigrationException, ExecutionException, InterruptedException {
        InetSocketAddress loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (ModelGuest source = ModelGuest.create(config(false));
                ModelGuest destination = ModelGuest.create(config(true));
                Journal here = Journal.claim(directory.resolve("here"), "rehearsal", source);
                Journal there = Journal.claim(directory.resolve("there"), "rehearsal", destination);
                Acceptor acceptor = Acceptor.listen(LocalHost.INSTANCE, loopback)) {
            source.resume();
            DestinationOptions arriving = new DestinationOptions(false, 0, TestSwitch.NONE);
            FutureTask<?> arrival = new FutureTask<>(
                    () -> DestinationEngine.run(LocalHost.INSTANCE, destination, acceptor, arriving, there, _ -> {}));
            Thread.ofPlatform().daemon().name("rehearsal").start(arrival);
            SourceOptions leaving = new SourceOptions(
                    new InetSocketAddress(loopback.getAddress(), acceptor.port()),
                    MigrationMode.HYBRID,
                    0,
                    0,
                    TestSwitch.NONE);
            SourceEngine.run(LocalHost.INSTANCE, source, leaving, here, _ -> {});
            arrival.get();
        }
    }

    private static void write(Path directory, Guest guest) {
        try (Journal journal = Journal.claim(directory.resolve("written"), "rehearsal", guest)) {
            for (int i = 0; i < TIMES; i++) {
                journal.record(Phase.COPYING);
            }
        }
    }

    static GuestConfig config(boolean incoming) {
        return new GuestConfig(
                "rehearsal",
                MEMORY_BYTES,
                PageSize.SIZE_4K,
                1,
                SET_BYTES,
                SET_BYTES,
                PAGES_PER_SECOND,
                incoming,
                false,
                MachineChoice.NATIVE,
                OptionalLong.empty());
    }
}
