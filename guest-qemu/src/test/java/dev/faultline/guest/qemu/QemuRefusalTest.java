package dev.faultline.guest.qemu;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.faultline.guest.qemu.inspection.Finding;
import dev.faultline.guest.qemu.inspection.QemuRole;
import dev.faultline.guest.qemu.qmp.Json;
import dev.faultline.guest.qemu.qmp.QmpClient;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.testing.KernelFeature;
import dev.faultline.testing.RequiresUffd;
import dev.faultline.uffd.LinuxUffd;
import dev.faultline.uffd.RegisterMode;
import dev.faultline.uffd.UffdFeature;
import dev.faultline.uffd.ipc.UnixConnection;
import dev.faultline.uffd.ipc.UnixListener;
import dev.faultline.uffd.memory.AliasMapping;
import dev.faultline.uffd.os.LinuxException;
import dev.faultline.uffd.proc.MemoryMapping;
import dev.faultline.uffd.proc.OpenUffd;
import dev.faultline.uffd.proc.ProcessMaps;
import dev.faultline.uffd.remote.RemoteProcess;
import dev.faultline.uffd.remote.RemoteUffd;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real QEMUs that cannot be moved safely. */
@RequiresUffd({KernelFeature.WP_ASYNC, KernelFeature.MINOR_SHMEM})
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class QemuRefusalTest {
    @TempDir
    Path folder = Path.of("");

    private Qemu start(String... more) {
        return Qemu.start(folder, Qemu.machine(Qemu.file(folder), more));
    }

    /** Attaching is refused, and changes nothing. */
    private static void assertRefused(Qemu qemu, QemuRole role, String... words) {
        String capabilities = qemu.watch().execute("query-migrate-capabilities").toString();
        int uffds = OpenUffd.of(qemu.processId()).size();
        assertThat(QemuGuest.inspect(qemu.options(), role))
                .filteredOn(Finding::isRefusal)
                .anySatisfy(finding -> assertThat(finding.line()).contains(words));
        assertThatExceptionOfType(GuestException.class)
                .isThrownBy(() -> QemuGuest.attach(qemu.options(), role))
                .withMessageStartingWith("This QEMU is not attached to, because it cannot be moved safely.")
                .satisfies(e -> assertThat(e.getMessage()).contains(words));
        assertThat(qemu.watch().execute("query-migrate-capabilities").toString())
                .isEqualTo(capabilities);
        assertThat(OpenUffd.of(qemu.processId())).hasSize(uffds);
    }

    @Test
    void memoryWithoutAFile() {
        try (Qemu qemu = Qemu.start(folder, List.of("-m", "64M"))) {
            assertRefused(qemu, QemuRole.SOURCE, "'pc.ram' of 64 MiB is private", "share=on");
        }
    }

    @Test
    void aFileThatIsNotShared() {
        try (Qemu qemu = Qemu.start(folder, Qemu.machine("memory-backend-memfd,share=off"))) {
            assertRefused(qemu, QemuRole.SOURCE, "'ram' of 64 MiB is private", "share=on");
        }
    }

    @Test
    void aFileThatIsNoMemory() {
        // Not in the folder, which may be on tmpfs.
        Path file = Path.of("target", "ram-" + ProcessHandle.current().pid()).toAbsolutePath();
        String backend = "memory-backend-file,share=on,mem-path=" + file;
        try (Qemu qemu = Qemu.start(folder, Qemu.machine(backend))) {
            assertRefused(qemu, QemuRole.SOURCE, "'ram' of 64 MiB", "is no memory", "mem-path=/dev/shm");
        } finally {
            delete(file);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "virtio-balloon-pci | it gives pages of guest memory back",
                "virtio-balloon-pci,free-page-reporting=on,id=b0 | b0' is a virtio-balloon-pci"
            })
    void devicesThatGivePagesBack(String device, String words) {
        try (Qemu qemu = start("-device", device)) {
            assertRefused(qemu, QemuRole.SOURCE, words);
        }
    }

    @Test
    void virtioMem() {
        List<String> arguments = new ArrayList<>(List.of("-m", "64M,maxmem=256M", "-machine", "pc,memory-backend=ram"));
        arguments.addAll(List.of("-object", Qemu.file(folder) + ",id=ram,size=64M"));
        arguments.addAll(List.of("-object", "memory-backend-memfd,share=on,id=more,size=128M"));
        arguments.addAll(List.of("-device", "virtio-mem-pci,memdev=more,id=vm0"));
        try (Qemu qemu = Qemu.start(folder, arguments)) {
            assertRefused(qemu, QemuRole.SOURCE, "'vm0' is a virtio-mem-pci");
        }
    }

    @Test
    void aBackendOfTheNetworkInAnotherProcess() {
        String socket = folder.resolve("vhost").toString();
        String[] arguments = {
            "-chardev", "socket,id=c0,path=" + socket + ",server=on,wait=off", "-netdev", "vhost-user,id=n0,chardev=c0"
        };
        List<String> all = new ArrayList<>(Qemu.machine(Qemu.file(folder), arguments));
        // QEMU waits for a first backend before it opens its monitors: it is given one that says nothing.
        Thread _ = Thread.ofPlatform().daemon().start(() -> connectWhenThere(socket));
        try (Qemu qemu = Qemu.start(folder, all)) {
            assertRefused(qemu, QemuRole.SOURCE, "network", "vhost-user");
        }
    }

    private static void connectWhenThere(String socket) {
        while (!Files.exists(Path.of(socket))) {
            Qemu.nap();
        }
        try (UnixConnection connection = UnixConnection.connect(socket)) {
            ByteBuffer received = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
            byte[] chunk = new byte[4096];
            int count = connection.receive(chunk, new ArrayList<>(), -1);
            while (count > 0) {
                received.put(chunk, 0, count);
                answer(connection, received.flip());
                received.compact();
                count = connection.receive(chunk, new ArrayList<>(), -1);
            }
        } catch (LinuxException e) {
            // QEMU was killed.
        }
    }

    /** A message is a number, flags and the length of what follows; GET_FEATURES is one that has an answer: none. */
    private static void answer(UnixConnection connection, ByteBuffer messages) {
        while (messages.remaining() >= 12 && messages.remaining() >= 12 + messages.getInt(messages.position() + 8)) {
            int number = messages.getInt();
            int flags = messages.getInt();
            messages.position(messages.position() + Integer.BYTES + messages.getInt(messages.position()));
            if (number == 1) {
                ByteBuffer reply = ByteBuffer.allocate(20).order(ByteOrder.LITTLE_ENDIAN);
                connection.send(reply.putInt(number).putInt(flags | 4).putInt(8).array(), List.of());
            }
        }
    }

    @Test
    void anotherProcessMapsTheMemory() {
        try (Qemu qemu = start();
                Qemu other = Qemu.start(folder.resolve("other"), Qemu.machine(Qemu.file(folder)))) {
            assertRefused(qemu, QemuRole.SOURCE, "processes [" + other.processId() + "] map");
        }
    }

    @Test
    void aUserfaultfdOfSomebodyElse() {
        try (Qemu qemu = start()) {
            RemoteUffd foreign = RemoteProcess.of(qemu.processId()).openUffd(Set.of(UffdFeature.MISSING_SHMEM));
            try (LinuxUffd uffd = foreign.uffd()) {
                MemoryMapping ram = ProcessMaps.read(qemu.processId()).stream()
                        .filter(mapping ->
                                mapping.path().equals(Qemu.ramFile(folder).toString()))
                        .findFirst()
                        .orElseThrow();
                uffd.register(ram.start(), 4096, EnumSet.of(RegisterMode.WRITE_PROTECT));
                assertRefused(qemu, QemuRole.SOURCE, "userfaultfd that is not Faultline's");
                uffd.unregister(ram.start(), 4096);
            }
        }
    }

    @Test
    void aMigrationUnderWay() {
        String nobodyReads = folder.resolve("out").toString();
        try (UnixListener _ = UnixListener.listen(nobodyReads);
                Qemu qemu = start()) {
            qemu.watch().execute("migrate", Json.object().put("uri", "unix:" + nobodyReads));
            assertRefused(qemu, QemuRole.SOURCE, "migration: one is under way");
        }
    }

    @Test
    void aMachineThatHasMovedAway() {
        try (Qemu qemu = start()) {
            qemu.watch().execute("migrate", Json.object().put("uri", "exec:cat >/dev/null"));
            qemu.awaitRunState("postmigrate");
            assertRefused(qemu, QemuRole.SOURCE, "postmigrate", "'cont'");
        }
    }

    @Test
    void anIncomingOneIsNoSourceAndARunningOneNoDestination() {
        try (Qemu qemu = start("-incoming", "defer")) {
            assertRefused(qemu, QemuRole.SOURCE, "waits for a migration itself");
        }
        try (Qemu qemu = Qemu.start(folder.resolve("b"), Qemu.machine(Qemu.file(folder.resolve("b"))))) {
            assertRefused(qemu, QemuRole.DESTINATION, "does not wait for a migration (running)", "-incoming defer");
        }
    }

    @Test
    void anIncomingOneThatListensItself() {
        try (Qemu qemu = start("-incoming", "unix:" + folder.resolve("in"))) {
            assertRefused(qemu, QemuRole.DESTINATION, "listens for a migration already", "-incoming defer");
        }
    }

    @Test
    void aDestinationThatHasTheSourcesFile() {
        try (Qemu source = start();
                Qemu destination =
                        Qemu.start(folder.resolve("d"), Qemu.machine(Qemu.file(folder), "-incoming", "defer"))) {
            assertRefused(
                    destination,
                    QemuRole.DESTINATION,
                    "processes [" + source.processId() + "] map",
                    "about to be dropped");
        }
    }

    @Test
    void aFileThatSomebodyMapsMeanwhileIsNotEmptied() {
        try (Qemu qemu = start("-incoming", "defer");
                QemuGuest guest = QemuGuest.attach(qemu.options(), QemuRole.DESTINATION);
                AliasMapping alias = guest.regions().getFirst().file().mapAlias()) {
            alias.segment().set(JAVA_BYTE, 5, (byte) 7); // the engine's own is no reason
            try (Qemu other = Qemu.start(folder.resolve("other"), Qemu.machine(Qemu.file(folder)))) {
                assertThatExceptionOfType(GuestException.class)
                        .isThrownBy(guest::checkMayBeEmptied)
                        .withMessageContaining("processes [" + other.processId() + "] have mapped ");
            }
            guest.checkMayBeEmptied();
        }
    }

    @Test
    void aSocketThatAnotherClientHolds() {
        try (Qemu qemu = start();
                QmpClient _ = QmpClient.connect(qemu.options().qmp(), Qemu.TIMEOUT_NANOS)) {
            QemuOptions impatient =
                    new QemuOptions(qemu.options().qmp(), qemu.options().processId(), 500_000_000L);
            assertThatExceptionOfType(GuestException.class)
                    .isThrownBy(() -> QemuGuest.attach(impatient, QemuRole.SOURCE))
                    .withMessageContaining("another client holds this QMP socket");
        }
    }
}
