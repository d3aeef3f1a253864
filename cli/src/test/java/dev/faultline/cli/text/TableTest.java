package dev.faultline.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TableTest {
    @Test
    void alignsTheFirstColumnToTheLeftAndTheOthersToTheRight() {
        String table = new Table(" ")
                .row("faults", "count", "p50")
                .row("current", "1,234", "5.1 us")
                .row("zero", "7")
                .render();
        assertThat(table).isEqualTo(" faults   count     p50\n current  1,234  5.1 us\n zero         7\n");
    }

    @Test
    void withoutRowsIsEmpty() {
        assertThat(new Table("").render()).isEmpty();
    }
}
