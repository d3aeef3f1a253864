package dev.faultline.guest.kvm.machine;

import static org.junit.jupiter.api.Assumptions.abort;

import dev.faultline.uffd.Uffd;
import dev.faultline.uffd.memory.HugePages;
import dev.faultline.uffd.os.LinuxException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a test cannot run without. Where it is missing the test is skipped with the reason; with CI=true it fails. */
public final class Need {
    private static final Path KVM = Path.of("/dev/kvm");

    private Need() {}

    /** Only the device is looked at: a probe would hide what is wrong with the machines themselves. */
    static void kvm() {
        if (!Files.isReadable(KVM) || !Files.isWritable(KVM)) {
            missing("there is no " + KVM + " that this user may use");
        }
    }

    static void machine(MachineType type) {
        if (type == MachineType.KVM) {
            kvm();
        }
    }

    static void userfaultfd() {
        try {
            Uffd.kernelFeatures();
        } catch (LinuxException e) {
            missing("there is no userfaultfd: " + e.getMessage());
        }
    }

    /** Huge pages are the operator's to reserve: their lack is never a failure. */
    static void hugePages(long count) {
        long free = HugePages.read().unreserved();
        if (free < count) {
            abort("needs " + count + " free huge pages of 2 MiB, there are " + free);
        }
    }

    public static void missing(String reason) {
        if (Boolean.parseBoolean(System.getenv("CI"))) {
            throw new AssertionError("CI=true forbids to skip this test: " + reason);
        }
        abort(reason);
    }
}
