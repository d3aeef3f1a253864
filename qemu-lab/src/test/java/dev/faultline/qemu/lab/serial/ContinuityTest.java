package dev.faultline.qemu.lab.serial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ContinuityTest {
    private static final String BOOT = "[    0.000000] Linux version\r\nREADY\r\n";

    @Test
    void guestThatMovesOnInTheMiddleOfALineIsUnbroken() {
        SerialLog source = SerialLog.of("s", BOOT + "HB 1 100 1 10 20 0 3\r\nHB 2 110 1 1");
        SerialLog destination = SerialLog.of("d", "1 22 0 3\r\nHB 3 145 1 12 23 0 4\r\n");

        Continuity continuity = Continuity.of(source, destination);

        continuity.assertUnbroken();
        assertThat(continuity.heartbeats()).extracting(Heartbeat::number).containsExactly(1L, 2L, 3L);
        assertThat(continuity.heartbeats().get(1).pagesWritten()).isEqualTo(11);
        assertThat(continuity.longestGuestGapMillis()).isEqualTo(35);
        assertThat(continuity.longestArrivalGapMillis()).isEmpty();
    }

    @Test
    void lineMayBeDividedBetweenItsTwoEndCharacters() {
        SerialLog source = SerialLog.of("s", BOOT + "HB 1 100 1 10 20 0 3\r\nHB 2 110 1 10 20 0 3\r");
        SerialLog destination = SerialLog.of("d", "\nHB 3 120 1 10 20 0 3\n");

        Continuity.of(source, destination).assertUnbroken();
    }

    @Test
    void chainOfThreeIsUnbroken() {
        Continuity continuity = Continuity.of(
                SerialLog.of("s", "READY\nHB 1 1 1 1 1 0 0\n"),
                SerialLog.of("d", "HB 2 2 1 1 1 0 0\nHB 3 3 1 1 1 0 0\nHB"),
                SerialLog.of("e", " 4 4 1 1 1 0 0\n"));

        continuity.assertUnbroken();
        assertThat(continuity.heartbeats()).hasSize(4);
    }

    @Test
    void repeatedHeartbeatMeansTwoOwners() {
        Continuity continuity = Continuity.of(
                SerialLog.of("s", "READY\nHB 1 1 1 1 1 0 0\nHB 2 2 1 2 2 0 0\nHB 3 3 1 3 3 0 0\n"),
                SerialLog.of("d", "HB 3 3 1 3 3 0 0\nHB 4 4 1 3 3 0 0\n"));

        assertThat(continuity.problems()).singleElement().asString().contains("d: heartbeat 3 after 3");
        assertThatThrownBy(continuity::assertUnbroken)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("it ran twice");
    }

    @Test
    void missingHeartbeatIsFound() {
        assertThat(problems("READY\nHB 1 1 1 1 1 0 0\n", "HB 3 2 1 1 1 0 0\n"))
                .singleElement()
                .asString()
                .contains("heartbeat 3 after 1");
    }

    @Test
    void firstHeartbeatIsNumberOne() {
        assertThat(problems("READY\nHB 2 1 1 1 1 0 0\n")).hasSize(1);
    }

    @Test
    void corruptPageIsFoundByItsReportAndByTheCounter() {
        assertThat(
                        problems(
                                "READY\nHB 1 1 1 1 1 0 0\nCORRUPT hot page 3 word 2 expected 0x1 found 0x0\nHB 2 2 1 1 1 1 0\n"))
                .hasSize(2)
                .anyMatch(problem -> problem.contains("hot page 3"))
                .anyMatch(problem -> problem.contains("1 corrupt pages at heartbeat 2"));
    }

    @Test
    void counterThatGoesBackIsFound() {
        assertThat(problems("READY\nHB 1 9 5 50 50 0 5\n", "HB 2 10 5 49 51 0 5\n"))
                .singleElement()
                .asString()
                .contains("went back");
    }

    @Test
    void tornLineAndCrashAreFound() {
        assertThat(problems("READY\nHB 1 1 1 1 1 0 0\nHB 2 2HB 2 2 1 1 1 0 0\n"))
                .contains("m0: HB 2 2HB 2 2 1 1 1 0 0");
        assertThat(problems("READY\nHB 1 1 1 1 1 0 0\n[ 5.1] Kernel panic - not syncing\n"))
                .singleElement()
                .asString()
                .contains("Kernel panic");
    }

    @Test
    void machineWithoutAHeartbeatIsFound() {
        assertThat(problems("READY\nHB 1 1 1 1 1 0 0\n", "")).containsExactly("m1: no heartbeat on this machine");
        assertThat(problems("BIOS")).hasSize(1);
    }

    @Test
    void guestThatStartsAnewIsFound() {
        assertThat(problems("READY\nHB 1 1 1 1 1 0 0\n", "READY\nHB 1 2 1 1 1 0 0\n"))
                .contains("m1: READY")
                .anyMatch(problem -> problem.contains("heartbeat 1 after 1"));
    }

    @Test
    void gapsAreMeasuredByArrival() {
        SerialLog source = seen("s", 0, "READY", "HB 1 1 1 1 1 0 0", "HB 2 2 1 1 1 0 0");
        SerialLog destination = seen("d", 50, "HB 3 3 1 1 1 0 0", "HB 4 4 1 1 1 0 0");

        Continuity continuity = Continuity.of(source, destination);

        assertThat(continuity.handOverGapsMillis()).containsExactly(30L);
        assertThat(continuity.longestArrivalGapMillis()).hasValue(30);
        assertThat(continuity.longestGuestGapMillis()).isEqualTo(1);
    }

    /** Lines that came each 10 ms. */
    private static SerialLog seen(String machine, long fromMillis, String... lines) {
        List<SerialLine> seen = new ArrayList<>();
        for (String line : lines) {
            seen.add(new SerialLine(line, TimeUnit.MILLISECONDS.toNanos(fromMillis + 10L * seen.size())));
        }
        return new SerialLog(machine, seen, "");
    }

    private static List<String> problems(String... texts) {
        List<SerialLog> logs = new ArrayList<>();
        for (String text : texts) {
            logs.add(SerialLog.of("m" + logs.size(), text));
        }
        return Continuity.of(logs).problems();
    }
}
