package dev.faultline.guest.kvm;

import static org.junit.jupiter.api.Assumptions.abort;

import dev.faultline.guest.kvm.machine.MachineProbe;
import dev.faultline.guest.kvm.machine.MachineType;
import dev.faultline.uffd.Uffd;
import dev.faultline.uffd.os.LinuxException;

/** What a test cannot run without. Where it is missing the test is skipped with the reason; with CI=true it fails. */
final class Need {
    private Need() {}

    static void userfaultfd() {
        try {
            Uffd.kernelFeatures();
        } catch (LinuxException e) {
            missing("there is no userfaultfd: " + e.getMessage());
        }
    }

    static void machine(MachineChoice machine) {
        if (machine == MachineChoice.KVM) {
            MachineProbe.Result result = MachineProbe.run(MachineType.KVM);
            if (!result.usable()) {
                missing(result.reason());
            }
        }
    }

    private static void missing(String reason) {
        if (Boolean.parseBoolean(System.getenv("CI"))) {
            throw new AssertionError("CI=true forbids to skip this test: " + reason);
        }
        abort(reason);
    }
}
