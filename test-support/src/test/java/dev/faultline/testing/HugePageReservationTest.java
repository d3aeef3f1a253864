package dev.faultline.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With a file in the pool's place: others on the machine may change the real one at any time. */
class HugePageReservationTest {
    private Path pool = Path.of("");

    @BeforeEach
    void fill(@TempDir Path folder) throws IOException {
        pool = folder.resolve("nr_hugepages");
        Files.writeString(pool, "125\n");
        Files.writeString(pool.resolveSibling("surplus_hugepages"), "0\n");
    }

    private long total() throws IOException {
        return Long.parseLong(Files.readString(pool).strip());
    }

    @Test
    void pagesAreAddedToThoseThatAreThereAndTakenOffOnce() throws IOException {
        HugePageReservation reservation = HugePageReservation.add(pool, 3);
        assertThat(total()).isEqualTo(128);
        reservation.close();
        reservation.close();
        assertThat(total()).isEqualTo(125);
    }

    @Test
    void whatOthersDidMeanwhileStays() throws IOException {
        try (HugePageReservation _ = HugePageReservation.add(pool, 3)) {
            Files.writeString(pool, "228\n");
        }
        assertThat(total()).isEqualTo(225);
    }

    /** The pages of a process that is about to end are still shown when the next ones are taken off. */
    @Test
    void surplusOfPagesThatAreInUseIsNotCountedTwice() throws IOException {
        try (HugePageReservation _ = HugePageReservation.add(pool, 3)) {
            // Somebody else took 10 of 138 off, which are in use.
            Files.writeString(pool, "138\n");
            Files.writeString(pool.resolveSibling("surplus_hugepages"), "10\n");
        }
        assertThat(total()).isEqualTo(125);
    }

    /** With 40 surplus pages, 10 were added: the number was raised by 50, to 110. */
    @Test
    void surplusStaysCountedIfAnotherStandsOnIt() {
        HugePageReservation.Added added = new HugePageReservation.Added(50, 110);
        assertThat(added.without(110, 10)).as("nobody else").isEqualTo(60);
        assertThat(added.without(115, 10)).as("five of another").isEqualTo(105);
    }
}
