package dev.faultline.guest.qemu.check;

import dev.faultline.guest.qemu.inspection.Finding;
import dev.faultline.guest.qemu.machine.MigrationSettings;
import dev.faultline.guest.qemu.process.EngineUffds;
import dev.faultline.uffd.LinuxUffd;
import dev.faultline.uffd.UffdFeature;
import dev.faultline.uffd.os.LinuxException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** What QEMU and the kernel have to be able to do. */
final class VersionCheck {
    private VersionCheck() {}

    static List<Finding> look(Subject subject) {
        return List.of(qemu(subject), kernel());
    }

    private static Finding qemu(Subject subject) {
        String what = "QEMU";
        boolean knows =
                MigrationSettings.capabilities(subject.monitor().qmp()).containsKey(MigrationSettings.IGNORE_SHARED);
        return knows
                ? Finding.ok(what, "version " + subject.version())
                : Finding.refused(
                        what,
                        "version " + subject.version() + " does not know " + MigrationSettings.IGNORE_SHARED,
                        "use QEMU 4.0 or newer");
    }

    private static Finding kernel() {
        String what = "kernel";
        try {
            List<UffdFeature> lacking = new ArrayList<>(EnumSet.copyOf(EngineUffds.FEATURES));
            Set<UffdFeature> there = LinuxUffd.kernelFeatures();
            lacking.removeAll(there);
            return lacking.isEmpty()
                    ? Finding.ok(what, "userfaultfd has what is needed")
                    : Finding.refused(what, "userfaultfd lacks " + lacking, "use Linux 6.7 or newer");
        } catch (LinuxException e) {
            return Finding.refused(what, "userfaultfd cannot be used: " + e.getMessage(), "");
        }
    }
}
