package dev.faultline.cli.doctor;

import dev.faultline.guest.kvm.machine.MachineProbe;
import dev.faultline.guest.kvm.machine.MachineType;
import dev.faultline.uffd.memory.HugePages;
import dev.faultline.uffd.os.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What the machine is, and what it has beside userfaultfd. */
final class HostChecks {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String CAPABILITIES = "CapEff:";
    private static final int CAP_SYS_PTRACE = 19;
    private static final int HEX = 16;

    private HostChecks() {}

    static List<Finding> all() {
        return List.of(
                Finding.ok("Java", Runtime.version() + ", " + System.getProperty("java.vendor")),
                kernel(),
                privileges());
    }

    /** What the kernel can do is tried below; its version is only a hint. */
    private static Finding kernel() {
        String detail = System.getProperty("os.name") + " " + System.getProperty("os.version") + ", "
                + System.getProperty("os.arch");
        return Finding.ok("kernel", detail);
    }

    private static Finding privileges() {
        if (Processes.isRoot()) {
            return Finding.ok("user", hasPtrace() ? "root" : "root, without CAP_SYS_PTRACE");
        }
        return Finding.ok("user", hasPtrace() ? "not root, with CAP_SYS_PTRACE" : "not root, without CAP_SYS_PTRACE");
    }

    private static boolean hasPtrace() {
        try {
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith(CAPABILITIES))
                    .map(line -> line.substring(CAPABILITIES.length()).strip())
                    .anyMatch(mask -> (Long.parseUnsignedLong(mask, HEX) >> CAP_SYS_PTRACE & 1) == 1);
        } catch (IOException | NumberFormatException e) {
            return false;
        }
    }

    static Finding kvm() {
        MachineProbe.Result result = MachineProbe.run(MachineType.KVM);
        return result.usable()
                ? Finding.ok("KVM, tried", "a guest ran on /dev/kvm and was moved")
                : Finding.missing(
                        "KVM, tried",
                        result.reason(),
                        "give this user access to /dev/kvm on an x86-64 machine with virtualisation, or go without:"
                                + " guests are threads then");
    }

    static Finding hugePages() {
        HugePages pool = HugePages.read();
        String detail =
                pool.total() + " in the pool, " + pool.free() + " free, " + pool.reserved() + " of them reserved";
        return pool.unreserved() > 0
                ? Finding.ok("huge pages of 2 MiB", detail)
                : Finding.missing(
                        "huge pages of 2 MiB",
                        detail,
                        "run 'sysctl vm.nr_hugepages=N' as root, or 'faultline demo --reserve-hugepages'; only needed"
                                + " for guests with such pages");
    }
}
