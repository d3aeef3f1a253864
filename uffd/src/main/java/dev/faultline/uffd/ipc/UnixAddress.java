package dev.faultline.uffd.ipc;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.faultline.uffd.internal.linux.Scratch;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/** struct sockaddr_un of a path, or of a name in the abstract namespace, which leaves no file behind. */
final class UnixAddress {
    private static final short AF_UNIX = 1;
    private static final int PATH_OFFSET = 2;
    private static final int PATH_BYTES = 108;

    private final MemorySegment memory;
    private final int lengthBytes;

    private UnixAddress(MemorySegment memory, int lengthBytes) {
        this.memory = memory;
        this.lengthBytes = lengthBytes;
    }

    /** Encodes into the calling thread's scratch memory: to be used by the very next call. */
    static UnixAddress of(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        if (bytes.length == 0 || bytes.length >= PATH_BYTES) {
            throw new IllegalArgumentException(
                    "a socket name has 1 to " + (PATH_BYTES - 1) + " bytes; '" + name + "' has " + bytes.length);
        }
        MemorySegment memory = Scratch.ofThisThread().argument();
        memory.asSlice(0, PATH_OFFSET + PATH_BYTES).fill((byte) 0);
        memory.set(JAVA_SHORT, 0, AF_UNIX);
        MemorySegment.copy(bytes, 0, memory, JAVA_BYTE, PATH_OFFSET, bytes.length);
        if (isAbstract(name)) {
            memory.set(JAVA_BYTE, PATH_OFFSET, (byte) 0);
            return new UnixAddress(memory, PATH_OFFSET + bytes.length);
        }
        return new UnixAddress(memory, PATH_OFFSET + bytes.length + 1);
    }

    static boolean isAbstract(String name) {
        return name.startsWith("@");
    }

    long address() {
        return memory.address();
    }

    int lengthBytes() {
        return lengthBytes;
    }
}
