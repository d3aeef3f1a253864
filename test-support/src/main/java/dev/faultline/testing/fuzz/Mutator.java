package dev.faultline.testing.fuzz;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Damages inputs. What comes out depends on the inputs and the seed alone. */
public final class Mutator {
    private static final int MOST_STEPS = 6;
    private static final int MOST_RANGE_BYTES = 64;
    private static final byte[] BYTES = {0, 1, 9, 10, 32, 34, 45, 48, 57, 58, 64, 91, 123, 127, -128, -1};
    private static final long[] NUMBERS = {
        0,
        1,
        -1,
        2,
        7,
        8,
        63,
        64,
        65,
        127,
        128,
        255,
        256,
        4095,
        4096,
        4097,
        32767,
        32768,
        65535,
        65536,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE,
        1L << 32,
        (1L << 32) - 1,
        Long.MAX_VALUE,
        Long.MAX_VALUE - 1,
        Long.MIN_VALUE
    };
    private static final int[] WIDTHS = {2, 4, 8};

    /** One way to damage an input; all work on a copy. */
    private enum Step {
        FLIP,
        BYTE,
        NUMBER,
        INSERT,
        DELETE,
        DUPLICATE,
        SPLICE,
        CUT,
        WORD
    }

    private final List<byte[]> inputs;
    private final List<byte[]> words;
    private final int mostBytes;

    /**
     * Makes a mutator.
     *
     * @param inputs what is damaged, at least one; not copied, and never changed
     * @param words what is put in here and there: keywords and limits of a text format
     * @param mostBytes the longest that comes out
     */
    public Mutator(List<byte[]> inputs, List<String> words, int mostBytes) {
        if (inputs.isEmpty()) {
            throw new IllegalArgumentException("there is nothing to mutate: the corpus is empty");
        }
        this.inputs = List.copyOf(inputs);
        this.words = words.stream()
                .map(word -> word.getBytes(StandardCharsets.ISO_8859_1))
                .toList();
        this.mostBytes = mostBytes;
    }

    /**
     * {@return a damaged input}
     *
     * @param seed the same seed gives the same input
     */
    public byte[] next(long seed) {
        // Neighbouring seeds of a Random begin alike: spread them.
        Random random = new Random(seed * 0x9E3779B97F4A7C15L);
        byte[] input = pick(random).clone();
        int steps = 1 + random.nextInt(MOST_STEPS);
        for (int i = 0; i < steps; i++) {
            input = mutate(Step.values()[random.nextInt(Step.values().length)], input, random);
        }
        return input.length <= mostBytes ? input : Arrays.copyOf(input, mostBytes);
    }

    private byte[] pick(Random random) {
        return inputs.get(random.nextInt(inputs.size()));
    }

    private byte[] mutate(Step step, byte[] input, Random random) {
        if (input.length == 0) {
            return step == Step.SPLICE ? pick(random).clone() : insert(input, random);
        }
        int at = random.nextInt(input.length);
        return switch (step) {
            case FLIP -> {
                input[at] ^= (byte) (1 << random.nextInt(Byte.SIZE));
                yield input;
            }
            case BYTE -> {
                input[at] = interesting(random);
                yield input;
            }
            case NUMBER -> number(input, random);
            case INSERT -> insert(input, random);
            case DELETE -> replace(input, at, rangeEnd(input, at, random), new byte[0]);
            case DUPLICATE -> replace(input, at, at, Arrays.copyOfRange(input, at, rangeEnd(input, at, random)));
            case SPLICE -> splice(input, at, random);
            case CUT -> Arrays.copyOf(input, at);
            case WORD -> word(input, at, random);
        };
    }

    private static byte interesting(Random random) {
        return random.nextBoolean() ? BYTES[random.nextInt(BYTES.length)] : (byte) random.nextInt();
    }

    /** A little-endian number, mostly where formats have one: at a multiple of its width. */
    private static byte[] number(byte[] input, Random random) {
        int width = WIDTHS[random.nextInt(WIDTHS.length)];
        if (input.length < width) {
            input[random.nextInt(input.length)] = interesting(random);
            return input;
        }
        int at = random.nextInt(input.length - width + 1);
        if (random.nextInt(4) != 0) {
            at -= at % width;
        }
        long value = NUMBERS[random.nextInt(NUMBERS.length)] + (random.nextInt(4) == 0 ? random.nextInt(5) - 2 : 0);
        byte[] bytes = ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array();
        System.arraycopy(bytes, 0, input, at, width);
        return input;
    }

    private static byte[] insert(byte[] input, Random random) {
        byte[] more = new byte[1 + random.nextInt(8)];
        Arrays.fill(more, interesting(random));
        int at = random.nextInt(input.length + 1);
        return replace(input, at, at, more);
    }

    private byte[] splice(byte[] input, int at, Random random) {
        byte[] other = pick(random);
        int from = random.nextInt(other.length + 1);
        return replace(input, at, input.length, Arrays.copyOfRange(other, from, other.length));
    }

    private byte[] word(byte[] input, int at, Random random) {
        if (words.isEmpty()) {
            return number(input, random);
        }
        byte[] word = words.get(random.nextInt(words.size()));
        int end = random.nextBoolean() ? at : Math.min(input.length, at + word.length);
        return replace(input, at, end, word);
    }

    private static int rangeEnd(byte[] input, int at, Random random) {
        return Math.min(input.length, at + 1 + random.nextInt(MOST_RANGE_BYTES));
    }

    private static byte[] replace(byte[] input, int from, int to, byte[] by) {
        byte[] out = new byte[input.length - (to - from) + by.length];
        System.arraycopy(input, 0, out, 0, from);
        System.arraycopy(by, 0, out, from, by.length);
        System.arraycopy(input, to, out, from + by.length, input.length - to);
        return out;
    }
}
