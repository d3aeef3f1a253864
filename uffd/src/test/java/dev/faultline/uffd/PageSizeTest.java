package dev.faultline.uffd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PageSizeTest {

    @Test
    void acceptsPowersOfTwoOnly() {
        assertThat(new PageSize(4096).bytes()).isEqualTo(4096);
        assertThatThrownBy(() -> new PageSize(4097)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new PageSize(Long.MIN_VALUE)).isInstanceOf(IllegalArgumentException.class);
    }
}
