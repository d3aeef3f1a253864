package dev.faultline.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.faultline.cli.json.Events;
import dev.faultline.guest.kvm.control.GuestReport;
import dev.faultline.migration.guest.GuestState;
import dev.faultline.uffd.os.Processes;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Engines that rehearse, and begin when they are told. */
class StandbyIT {
    private static final String[] GUEST = {"--memory", "64M", "--working-set", "16M", "--cold-set", "8M"};

    @Test
    void aMoveBeginsWhenItIsTold() throws Exception {
        List<Path> before = rehearsals();
        try (Hosts hosts = new Hosts()) {
            hosts.startGuest(GUEST);
            hosts.startWaitingGuest(GUEST);
            Hosts.await(hosts.sourceName(), report -> report.statistics().passes() > 1);

            Faultline receive = hosts.startReceive("--standby");
            Faultline given = hosts.startMigrate(receive, "--standby");
            given.awaitEvent(Events.STANDBY);
            assertThat(tell(given, "switch-over").err()).contains("'resume' begins it");
            assertThat(tell(given, "cancel").out()).contains("given up");
            assertThat(given.await()).isEqualTo(1);
            assertThat(given.err()).contains("the guest goes on here as before").hasLineCount(1);
            assertThat(receive.await()).isEqualTo(1);
            assertThat(receive.err()).contains("never ran here");

            receive = hosts.startReceive("--standby");
            Faultline migrate = hosts.startMigrate(receive, "--standby");
            migrate.awaitEvent(Events.STANDBY);
            Hosts.awaitAlive(hosts.sourceName());
            assertThat(tell(migrate, "status").out()).contains("standing by");
            GuestReport waiting = hosts.destination();
            assertThat(waiting.state()).as("nothing was moved yet").isEqualTo(GuestState.INCOMING);
            assertThat(tell(migrate, "resume").out()).contains("the move begins");
            assertThat(migrate.await()).as(migrate.toString()).isZero();
            assertThat(receive.await()).as(receive.toString()).isZero();
            Hosts.awaitAlive(hosts.destinationName());
        }
        assertThat(rehearsals()).as("files of rehearsals").isEqualTo(before);
    }

    /** A guest between hosts waits for some of an engine's threads, and for none of its compilers. */
    @Test
    void threadsThatAGuestMayWaitForGoFirst() throws Exception {
        assumeTrue(Processes.isRoot(), "only root can raise a priority");
        try (Hosts hosts = new Hosts()) {
            hosts.startGuest(GUEST);
            hosts.startWaitingGuest(GUEST);
            Faultline receive = hosts.startReceive();
            Faultline migrate = hosts.startMigrate(receive, "--standby");
            migrate.awaitEvent(Events.STANDBY);
            for (Faultline engine : List.of(receive, migrate)) {
                assertThat(nices(engine, "faultline-contr")).isNotEmpty().allMatch(nice -> nice < 0);
                assertThat(nices(engine, "C1 Compiler")).isNotEmpty().allMatch(nice -> nice > 0);
            }
            assertThat(nices(receive, "faultline-fault")).isNotEmpty().allMatch(nice -> nice < 0);
            assertThat(nices(receive, "faultline-pages")).containsOnly(0L);
            tell(migrate, "cancel");
            assertThat(migrate.await()).isEqualTo(1);
            assertThat(receive.await()).isEqualTo(1);
        }
    }

    /** The nice values of an engine's threads of a name: proc(5), /proc/PID/task/TID/stat, the 19th field. */
    private static List<Long> nices(Faultline engine, String name) throws IOException {
        List<Long> found = new ArrayList<>();
        try (DirectoryStream<Path> threads =
                Files.newDirectoryStream(Path.of("/proc", Long.toString(engine.processId()), "task"))) {
            for (Path thread : threads) {
                String stat = Files.readString(thread.resolve("stat"));
                int nameEnd = stat.lastIndexOf(')');
                if (stat.substring(stat.indexOf('(') + 1, nameEnd).startsWith(name)) {
                    List<String> fields = Pattern.compile(" ")
                            .splitAsStream(stat.substring(nameEnd + 2))
                            .toList();
                    found.add(Long.parseLong(fields.get(19 - 3)));
                }
            }
        }
        return found;
    }

    @Test
    void aMoveThatNobodyCouldBeginIsRefused() {
        try (Hosts hosts = new Hosts()) {
            hosts.startGuest(GUEST);
            Faultline migrate = Faultline.run(
                    "migrate", "--guest", hosts.sourceName(), "--to", "127.0.0.1:1", "--standby", "--control", "none");
            assertThat(migrate.exitCode()).isEqualTo(1);
            assertThat(migrate.err()).contains("leave --control out").hasLineCount(1);
            Hosts.awaitAlive(hosts.sourceName());
        }
    }

    private static Faultline tell(Faultline migrate, String word) {
        String socket = migrate.awaitEvent(Events.CONTROL).path("path").asString();
        return Faultline.run("migration", socket, word);
    }

    private static List<Path> rehearsals() throws Exception {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.filter(file -> file.getFileName().toString().startsWith("faultline-rehearsal"))
                    .sorted()
                    .toList();
        }
    }
}
