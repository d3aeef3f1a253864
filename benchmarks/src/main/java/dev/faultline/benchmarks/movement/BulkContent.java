package dev.faultline.benchmarks.movement;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;

/** What a guest's memory is full of. */
public enum BulkContent {
    /** Nothing that shrinks. */
    RANDOM {
        @Override
        void fill(MemorySegment page, SplittableRandom random) {
            for (long at = 0; at < page.byteSize(); at += Long.BYTES) {
                page.set(JAVA_LONG, at, random.nextLong());
            }
        }
    },
    /** Words of a small language, the first of them much more often than the last. */
    TEXT {
        @Override
        void fill(MemorySegment page, SplittableRandom random) {
            long at = 0;
            while (at < page.byteSize()) {
                double rank = random.nextDouble();
                byte[] word = word((int) (WORDS * rank * rank * rank));
                for (int i = 0; i < word.length && at < page.byteSize(); i++) {
                    page.set(JAVA_BYTE, at, word[i]);
                    at++;
                }
            }
        }
    },
    /** Random and zero by halves. */
    HALF_ZERO {
        @Override
        void fill(MemorySegment page, SplittableRandom random) {
            RANDOM.fill(page.asSlice(0, page.byteSize() / 2), random);
        }
    };

    private static final int PAGE_BYTES = 4096;
    private static final int WORDS = 5000;
    private static final int SYLLABLES = 70;

    abstract void fill(MemorySegment page, SplittableRandom random);

    final void fillAll(MemorySegment memory) {
        SplittableRandom random = new SplittableRandom(seed());
        for (long at = 0; at < memory.byteSize(); at += PAGE_BYTES) {
            fill(memory.asSlice(at, PAGE_BYTES), random);
        }
    }

    private long seed() {
        return name().hashCode();
    }

    private static byte[] word(int number) {
        StringBuilder word = new StringBuilder();
        for (int rest = number; rest >= 0; rest = rest / SYLLABLES - 1) {
            int syllable = rest % SYLLABLES;
            word.append((char) ('b' + syllable % 14)).append("aeiou".charAt(syllable / 14));
        }
        return word.append(' ').toString().getBytes(StandardCharsets.US_ASCII);
    }
}
