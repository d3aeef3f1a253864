package dev.faultline.migration.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.migration.destination.TwoRegions;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.migration.page.PageBits;
import dev.faultline.migration.page.PageStates;
import dev.faultline.testing.fuzz.Fuzz;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an engine left behind was damaged since: that is said, and it stays as it is for somebody to look at. */
class JournalFuzzTest {
    private static final String NAME = "vm";

    @TempDir
    private Path directory;

    private final TwoRegions guest = new TwoRegions(100, 65);
    private String key = "";

    @BeforeEach
    void leaveAMoveBehind() {
        try (Journal journal = Journal.claim(directory, NAME, guest)) {
            journal.begin(Phase.RECEIVING, 7, "10.0.0.1:7", guest.regions());
            journal.pageStates(guest.regions());
            journal.keepDirty(guest.regions().stream()
                    .map(region -> new PageBits(region.pageCount()))
                    .toList());
            journal.record(Phase.RUNNING, true);
            key = journal.entry().key().fileName();
        }
    }

    @AfterEach
    void close() {
        guest.close();
    }

    /** What reads a file that was damaged. */
    private interface Reading {
        void read() throws IOException;
    }

    private void readDamaged(String kind, byte[] content, Reading reading) throws IOException {
        Path file = directory.resolve(key + kind);
        Files.write(file, content);
        try {
            reading.read();
        } catch (GuestException e) {
            assertThat(e.getMessage()).contains(file.toString()).doesNotContain("\n");
            assertThat(file).hasBinaryContent(content);
            throw e;
        }
    }

    @Test
    void anEntry() {
        Fuzz.target("journal-move")
                .withWords(
                        "\\u",
                        "\\u00",
                        "\n",
                        "\\\n",
                        "=",
                        "#",
                        "format=2",
                        "phase=",
                        "NEVER",
                        "process=-1",
                        "99999999999999999999")
                .times(300)
                .expecting(GuestException.class)
                .run(input -> {
                    byte[] entry = new String(input, StandardCharsets.ISO_8859_1)
                            .replace("PROCESS", key.split("-", -1)[0])
                            .replace("BEGAN", key.split("-", -1)[1])
                            .getBytes(StandardCharsets.ISO_8859_1);
                    readDamaged(".move", entry, () -> {
                        List<Entry> entries = Journal.list(directory);
                        assertThat(entries).hasSize(1);
                        if (entries.getFirst().name().equals(NAME)
                                && entries.getFirst().isAlive()) {
                            Journal.reopen(directory, NAME).close();
                        }
                    });
                });
    }

    @Test
    void theStatesOfPages() throws IOException {
        byte[] intact = Files.readAllBytes(directory.resolve(key + ".pages"));
        Fuzz.target("journal-pages").times(300).expecting(GuestException.class).run(input -> {
            byte[] damaged = damage(intact, input);
            readDamaged(".pages", damaged, () -> {
                try (Journal journal = Journal.reopen(directory, NAME)) {
                    checkStates(journal.pageStates(guest.regions()), damaged);
                }
            });
        });
    }

    private static void checkStates(List<PageStates> states, byte[] written) {
        Iterator<Byte> bytes = bytes(written).iterator();
        for (PageStates region : states) {
            for (int page = 0; page < PageStates.sizeBytes(region.pageCount()); page++) {
                byte before = bytes.next();
                if (page < region.pageCount()) {
                    byte expected = PageStates.isWriting(before) ? PageStates.STALE : before;
                    assertThat(region.state(page)).isEqualTo(expected);
                }
            }
        }
        assertThat(bytes.hasNext()).isFalse();
    }

    private static List<Byte> bytes(byte[] array) {
        List<Byte> list = new ArrayList<>();
        for (byte b : array) {
            list.add(b);
        }
        return list;
    }

    @Test
    void theDirtyMap() throws IOException {
        byte[] intact = Files.readAllBytes(directory.resolve(key + ".dirty"));
        Fuzz.target("journal-dirty").times(300).expecting(GuestException.class).run(input -> {
            byte[] damaged = damage(intact, input);
            readDamaged(".dirty", damaged, () -> {
                try (Journal journal = Journal.reopen(directory, NAME)) {
                    assertThat(encoded(journal.dirty(guest.regions()).orElseThrow()))
                            .isEqualTo(damaged);
                }
            });
        });
    }

    private static byte[] encoded(List<PageBits> dirty) {
        byte[] all = {};
        for (PageBits bits : dirty) {
            byte[] more = bits.encode(0, bits.pageCount());
            all = Arrays.copyOf(all, all.length + more.length);
            System.arraycopy(more, 0, all, all.length - more.length, more.length);
        }
        return all;
    }

    /** The first byte is where, the second how much longer or shorter the file is; the rest is written there. */
    private static byte[] damage(byte[] intact, byte[] input) {
        if (input.length < 2) {
            return input;
        }
        byte[] damaged = Arrays.copyOf(intact, Math.max(0, intact.length + input[1]));
        int at = Math.min(damaged.length, input[0] & 0xff);
        System.arraycopy(input, 2, damaged, at, Math.min(input.length - 2, damaged.length - at));
        return damaged;
    }
}
