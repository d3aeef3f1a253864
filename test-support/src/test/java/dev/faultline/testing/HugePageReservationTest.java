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
}
