package dev.faultline.testing;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The device that a test of virtual machines needs. */
public final class KvmDevice {
    private static final Path DEVICE = Path.of("/dev/kvm");
    private static final Path DRIVERS = Path.of("/proc/misc");

    private KvmDevice() {}

    /**
     * Skips the running test where there is no /dev/kvm. Where the machine has KVM and this process cannot open it, it
     * fails with CI=true. Only the device is looked at: trying a machine would hide what is wrong with machines.
     */
    public static void require() {
        try (FileChannel _ = FileChannel.open(DEVICE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return;
        } catch (NoSuchFileException e) {
            if (!kernelHasIt()) {
                abort("needs KVM, which this machine does not have");
            }
            Skipping.skip("needs " + DEVICE + ", which is not there although the kernel has KVM");
        } catch (IOException e) {
            Skipping.skip("needs " + DEVICE + ", which this user may not open: " + e.getMessage());
        }
    }

    private static boolean kernelHasIt() {
        try {
            return Files.readString(DRIVERS).lines().anyMatch(line -> line.endsWith(" kvm"));
        } catch (IOException e) {
            return false;
        }
    }
}
