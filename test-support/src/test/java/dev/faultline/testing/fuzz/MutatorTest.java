package dev.faultline.testing.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class MutatorTest {
    private static final int MANY = 5_000;
    private static final byte[] FIRST = "abcdefghijklmnopqrstuvwxyz".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SECOND = "0123456789".getBytes(StandardCharsets.US_ASCII);

    private final Mutator mutator = new Mutator(List.of(FIRST, SECOND), List.of("keyword"), 100);

    @Test
    void aSeedGivesTheSameInputAndOthersGiveOthers() {
        Set<String> seen = new HashSet<>();
        for (long seed = 0; seed < MANY; seed++) {
            byte[] input = mutator.next(seed);
            assertThat(mutator.next(seed)).isEqualTo(input);
            seen.add(Arrays.toString(input));
        }
        assertThat(seen).hasSizeGreaterThan(MANY * 3 / 4);
    }

    @Test
    void theInputsStayAsTheyAreAndNoneComesOutTooLong() {
        Mutator small = new Mutator(List.of(FIRST, SECOND), List.of(), 20);
        for (long seed = 0; seed < MANY; seed++) {
            assertThat(small.next(seed).length).isLessThanOrEqualTo(20);
        }
        assertThat(FIRST).asString(StandardCharsets.US_ASCII).isEqualTo("abcdefghijklmnopqrstuvwxyz");
        assertThat(SECOND).asString(StandardCharsets.US_ASCII).isEqualTo("0123456789");
    }

    @Test
    void everyKindOfDamageIsDone() {
        assertComesUp(text -> text.contains("keyword"));
        assertComesUp(text -> text.startsWith("abc") && text.endsWith("789"));
        assertComesUp(text -> text.equals("abcdefghijklmnopq"));
        assertComesUp(text -> text.length() > FIRST.length && text.contains("efgefg"));
        assertComesUp(text -> text.startsWith("abcd") && text.endsWith("vwxyz") && text.length() == FIRST.length - 3);
        assertComesUp(text -> text.contains("abcdefgh\0\20\0\0mnop")); // 4096, little-endian
        assertComesUp(text -> text.equals("0123456889") || text.equals("0123456389")); // one bit
    }

    private void assertComesUp(Predicate<String> wanted) {
        for (long seed = 0; seed < 400_000; seed++) {
            if (wanted.test(new String(mutator.next(seed), StandardCharsets.ISO_8859_1))) {
                return;
            }
        }
        throw new AssertionError("never in 400,000 mutations");
    }

    @Test
    void anEmptyInputGrowsAndNoInputAtAllIsRefused() {
        Mutator empty = new Mutator(List.of(new byte[0]), List.of(), 100);
        assertThat(empty.next(1).length + empty.next(2).length + empty.next(3).length)
                .isPositive();
        assertThatIllegalArgumentException().isThrownBy(() -> new Mutator(List.of(), List.of(), 100));
    }
}
