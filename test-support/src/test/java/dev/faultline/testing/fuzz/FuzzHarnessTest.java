package dev.faultline.testing.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

/** Faults that are planted are found, named and kept. */
@Timeout(60)
class FuzzHarnessTest {
    @TempDir
    private Path module;

    private Path corpus;

    @BeforeEach
    void keepTwoInputs() throws IOException {
        corpus = module.resolve("src/test/resources/fuzz/letters");
        Files.createDirectories(corpus);
        Files.writeString(corpus.resolve("1.txt"), "abcdefgh");
        Files.writeString(corpus.resolve("2.hex"), "31 32 # two digits\n3334\n");
    }

    private Fuzz fuzz(String only, int seconds) {
        return new Fuzz("letters", new FuzzLimits(only, 7, seconds, module));
    }

    private static String failureOf(Fuzz fuzz, Fuzz.Decoder decoder) {
        try {
            fuzz.run(decoder);
        } catch (AssertionError e) {
            return String.valueOf(e.getMessage());
        }
        throw new AssertionError("it was not found");
    }

    @Test
    void theCorpusComesFirstAndThenMutations() {
        AtomicInteger taken = new AtomicInteger();
        fuzz("", 0).times(300).run(input -> {
            if (taken.incrementAndGet() <= 4) {
                assertThat(new String(input, java.nio.charset.StandardCharsets.US_ASCII))
                        .isIn("abcdefgh", "1234");
            }
        });
        assertThat(taken).hasValue(304);
    }

    @Test
    void whatIsExpectedIsFineAndItsSubclassesAreNot() {
        assertThatCode(() -> fuzz("", 0).expecting(IOException.class).run(_ -> {
                    throw new IOException("refused");
                }))
                .doesNotThrowAnyException();
        assertThat(failureOf(fuzz("", 0).expecting(IOException.class), _ -> {
                    throw new EOFException("refused");
                }))
                .contains("it threw what it must not, on an input of the corpus", "EOFException: refused");
        assertThat(failureOf(fuzz("", 0).expecting(IOException.class), _ -> {
                    throw new IOException();
                }))
                .contains("without saying why");
    }

    @Test
    void aFaultThatOnlyAMutationHitsIsKeptAndTakenFirstTheNextTime() {
        Fuzz.Decoder fragile = input -> {
            if (input.length > 3 && input[3] < 0) {
                throw new ArrayIndexOutOfBoundsException("at 3");
            }
        };
        assertThat(failureOf(fuzz("", 0), fragile)).contains(" of seed 7, kept in " + module.resolve("target/fuzz"));
        assertThat(corpus.toFile().list()).hasSize(2);
        assertThat(failureOf(fuzz("letters", 10), fragile)).contains("mutation ", " of seed 7, kept in " + corpus);
        assertThat(corpus.toFile().list()).hasSize(3);
        assertThat(failureOf(fuzz("", 0), fragile)).contains("an input of the corpus");
    }

    @Test
    void aDecoderThatHangsIsFound() {
        CountDownLatch never = new CountDownLatch(1);
        FuzzRun run = new FuzzRun(fuzz("", 0), _ -> never.await(), TimeUnit.MILLISECONDS.toNanos(100));
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(run::run)
                .withMessageContaining("it hangs")
                .satisfies(e -> assertThat(e.getStackTrace())
                        .anyMatch(at -> at.getMethodName().equals("await")));
        never.countDown();
    }

    @Test
    void aGreedyDecoderIsFound() {
        AtomicInteger sum = new AtomicInteger();
        assertThat(failureOf(fuzz("", 0), input -> sum.addAndGet(new byte[32 << 20].length + input.length)))
                .contains("it allocated ", "more than 16777216");
    }

    @Test
    void anExceptionOfAnotherThreadIsFound() {
        assertThat(failureOf(
                        fuzz("", 0),
                        _ -> Thread.ofPlatform()
                                .start(() -> {
                                    throw new IllegalStateException("elsewhere");
                                })
                                .join()))
                .contains("another thread ended with an exception", "elsewhere");
    }

    @Test
    void anotherTargetIsSkippedAndACorpusIsNeeded() {
        assertThatExceptionOfType(TestAbortedException.class)
                .isThrownBy(() -> fuzz("digits", 0).run(_ -> {}));
        Fuzz without = new Fuzz("digits", new FuzzLimits("", 7, 0, module));
        assertThat(failureOf(without, _ -> {})).contains("'digits' could not be run");
    }
}
