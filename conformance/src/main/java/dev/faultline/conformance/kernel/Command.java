package dev.faultline.conformance.kernel;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/** One command to a puppet; its words are told in puppet.s. */
final class Command {
    private static final int SYSCALL = 0;
    private static final int LOAD = 1;
    private static final int STORE = 2;
    private static final int THREAD = 3;
    private static final int FORK = 4;
    private static final int WORDS = Channel.COMMAND_BYTES / Long.BYTES;

    private final long[] words;

    private Command(long... words) {
        if (words.length > WORDS) {
            throw new IllegalArgumentException("a command has " + WORDS + " words");
        }
        this.words = words;
    }

    static Command syscall(long number, long... arguments) {
        long[] words = new long[2 + arguments.length];
        words[0] = SYSCALL;
        words[1] = number;
        System.arraycopy(arguments, 0, words, 2, arguments.length);
        return new Command(words);
    }

    static Command load(long address) {
        return new Command(LOAD, address);
    }

    static Command store(long address, int value) {
        return new Command(STORE, address, value);
    }

    static Command thread(long descriptor, long stackTop) {
        return new Command(THREAD, descriptor, stackTop);
    }

    static Command fork(long descriptor) {
        return new Command(FORK, descriptor);
    }

    void writeTo(MemorySegment buffer) {
        for (int i = 0; i < WORDS; i++) {
            buffer.set(JAVA_LONG, (long) i * Long.BYTES, i < words.length ? words[i] : 0);
        }
    }
}
