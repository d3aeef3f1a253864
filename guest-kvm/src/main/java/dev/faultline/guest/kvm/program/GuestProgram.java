package dev.faultline.guest.kvm.program;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The guest's machine code; its source, workload.s, is beside it. */
final class GuestProgram {
    static final String BINARY = "workload.bin";
    static final String SOURCE = "workload.s";

    private GuestProgram() {}

    static byte[] code() {
        return resource(BINARY);
    }

    static byte[] resource(String name) {
        try (InputStream in = GuestProgram.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the resource " + name + " is missing from this build");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the resource " + name, e);
        }
    }
}
