package dev.faultline.conformance.kernel;

import dev.faultline.uffd.internal.linux.LibC;
import dev.faultline.uffd.os.Fd;
import dev.faultline.uffd.os.LinuxException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The puppet's program; its source, puppet.s, is beside it. */
final class PuppetImage {
    static final String BINARY = "puppet.bin";
    static final String SOURCE = "puppet.s";
    private static final int MFD_CLOEXEC = 1;

    private PuppetImage() {}

    static byte[] resource(String name) {
        try (InputStream in = PuppetImage.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the resource " + name + " is missing from this build");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the resource " + name, e);
        }
    }

    /** {@return a file in memory that can be executed; opened for reading only, because one being written cannot} */
    static Fd executable() {
        try (Fd writable =
                Fd.owning(LinuxException.check(LibC.memfdCreate("puppet", MFD_CLOEXEC), "memfd_create(puppet)"))) {
            write(writable, resource(BINARY));
            return Fd.open("/proc/self/fd/" + writable.number(), false);
        }
    }

    private static void write(Fd fd, byte[] bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment content = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
            LinuxException.check(LibC.write(fd.number(), content.address(), bytes.length), "write(puppet)");
        }
    }
}
