package dev.faultline.migration.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.faultline.migration.AuditReport;
import dev.faultline.migration.engine.TestGuest;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.migration.page.PageBits;
import dev.faultline.migration.page.PageStates;
import dev.faultline.uffd.memory.PageSize;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class JournalTest {
    private static final int PAGES = 130;

    @TempDir
    private Path parent;

    private final TestGuest guest = new TestGuest(PAGES * 4096L, PageSize.SIZE_4K, 1, 0, true);

    @AfterEach
    void end() {
        guest.close();
    }

    private Path directory() {
        return parent.resolve("journals");
    }

    private Journal claim() {
        return Journal.claim(directory(), "vm", guest);
    }

    @Test
    void whatIsWrittenDownIsThereForASuccessor() {
        try (Journal journal = claim()) {
            journal.begin(Phase.COPYING, -2, "10.0.0.1:7", guest.regions());
            journal.record(Phase.PAUSED, true);
            journal.record(Phase.COMMITTED);
        }
        assertThat(Journal.list(directory())).hasSize(1);
        try (Journal journal = Journal.reopen(directory(), "vm")) {
            Entry left = journal.entry();
            assertThat(left.phase()).isEqualTo(Phase.COMMITTED);
            assertThat(left.sessionId()).isEqualTo(-2);
            assertThat(left.address()).isEqualTo("10.0.0.1:7");
            assertThat(left.runs()).isTrue();
            assertThat(left.isAlive()).isTrue();
            assertThat(left.isOf(guest.regions())).isTrue();
        }
    }

    @Test
    void pagesAreInTheStateThatTheyWereIn() {
        try (Journal journal = claim()) {
            journal.begin(Phase.RECEIVING, 1, "", guest.regions());
            PageStates states = journal.pageStates(guest.regions()).getFirst();
            assertThat(states.claim(3, false)).isEqualTo(PageStates.ABSENT);
            states.finish(3, false, false);
            states.claim(4, true);
            states.finish(4, true, true);
            states.claim(5, true); // torn
            states.claim(129, false); // torn
            assertThat(states.moveToMapped(4)).isTrue();
        }
        try (Journal journal = Journal.reopen(directory(), "vm")) {
            PageStates states = journal.pageStates(guest.regions()).getFirst();
            assertThat(states.state(2)).isEqualTo(PageStates.ABSENT);
            assertThat(states.state(3)).isEqualTo(PageStates.RECEIVED);
            assertThat(states.state(4)).isEqualTo(PageStates.MAPPED);
            assertThat(states.state(5)).isEqualTo(PageStates.STALE);
            assertThat(states.state(129)).isEqualTo(PageStates.STALE);
            assertThat(states.notCurrent()).isEqualTo(PAGES - 1);
            assertThat(states.missing().contains(4)).isFalse();
        }
    }

    @Test
    void theDirtyMapIsKept() {
        PageBits dirty = new PageBits(PAGES);
        dirty.add(1, 2);
        dirty.add(129, 1);
        try (Journal journal = claim()) {
            journal.begin(Phase.COPYING, 1, "", guest.regions());
            journal.keepDirty(List.of(dirty));
        }
        try (Journal journal = Journal.reopen(directory(), "vm")) {
            PageBits kept = journal.dirty(guest.regions()).orElseThrow().getFirst();
            assertThat(kept.size()).isEqualTo(3);
            assertThat(kept.contains(2) && kept.contains(129)).isTrue();
        }
    }

    @Test
    void oneEngineHasAGuestAtATime() {
        try (Journal _ = claim()) {
            assertThatExceptionOfType(GuestException.class)
                    .isThrownBy(this::claim)
                    .withMessageStartingWith("Another engine moves 'vm' already");
        }
        claim().close();
    }

    @Test
    void aNewMoveForgetsWhatIsOverAndNothingElse() {
        try (Journal journal = claim()) {
            journal.begin(Phase.RECEIVING, 1, "", guest.regions());
            journal.record(Phase.NEVER);
        }
        try (Journal journal = claim()) {
            assertThat(Journal.list(directory())).isEmpty();
            journal.begin(Phase.RECEIVING, 2, "", guest.regions());
            journal.record(Phase.RUNNING, true);
        }
        assertThatExceptionOfType(GuestException.class)
                .isThrownBy(this::claim)
                .withMessageContaining("was broken off when it was RUNNING: run 'faultline resume'");
    }

    @Test
    void nothingToResumeIsSaid() {
        assertThatExceptionOfType(GuestException.class)
                .isThrownBy(() -> Journal.reopen(directory(), "vm"))
                .withMessageStartingWith("There is nothing to resume: no move of 'vm' was broken off");
    }

    /** Guests that were killed with their engines, as a demo's are, must not fill the directory for ever. */
    @Test
    void whatIsLeftOfGuestsThatHaveEndedGoesWithTheNextMoveUnlessAPeerMayAsk() throws IOException {
        claim().close();
        leaveBehind("4000001-1", Phase.RUNNING);
        leaveBehind("4000002-1", Phase.PREPARED);
        claim().close();
        assertThat(directory().resolve("4000001-1.move")).doesNotExist();
        assertThat(directory().resolve("4000001-1.lock")).doesNotExist();
        assertThat(directory().resolve("4000002-1.move")).exists();
    }

    private void leaveBehind(String key, Phase phase) throws IOException {
        Entry entry = new Entry("gone", ProcessKey.parse(key).orElseThrow(), phase, 1, "", "", true, AuditReport.NONE);
        Files.createFile(directory().resolve(key + ".lock"));
        Files.writeString(directory().resolve(key + ".move"), entry.text());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "web-1",
                "",
                " two  words ",
                "a=b:c#d!e",
                "back\\slash\\",
                "lines\n\r\n\t\f",
                "größe ☃ \ud83d\ude00"
            })
    void aNameIsReadAsItWasWritten(String name) throws IOException {
        ProcessKey key = ProcessKey.parse("4000001-1").orElseThrow();
        AuditReport audit = new AuditReport(true, 3, 2, "2 of 3 pages: " + name, 5, 7);
        Entry entry = new Entry(name, key, Phase.COMMITTED, -1, name, name, true, audit);
        Properties read = new Properties();
        read.load(new StringReader(entry.text()));
        assertThat(Entry.of(read)).isEqualTo(entry);
    }

    @Test
    void whatCannotBeReadIsNamed() throws IOException {
        claim().close();
        Path broken = directory().resolve(ProcessKey.of(guest.processId()).fileName() + ".move");
        Files.writeString(broken, "format=7\n");
        assertThatExceptionOfType(GuestException.class)
                .isThrownBy(this::claim)
                .withMessage("The journal " + broken + " cannot be read: it is of format 7, this version writes 2");
    }

    /** Who could write there could have an engine overwrite a guest. */
    @Test
    void nobodyElseMayLookIntoTheDirectory() throws IOException {
        claim().close();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory())))
                .isEqualTo("rwx------");
    }
}
