package dev.faultline.cli.doctor;

import java.util.ArrayList;
import java.util.List;

/**
 * All findings, and what follows from them.
 *
 * @param findings in the order of the checks
 * @param canMigrate whether a guest can be migrated here at all
 * @param canRunOnKvm whether that can be a guest on KVM
 * @param hugePages free huge pages of 2 MiB
 */
record Diagnosis(List<Finding> findings, boolean canMigrate, boolean canRunOnKvm, long hugePages) {
    static Diagnosis make() {
        List<Finding> findings = new ArrayList<>(HostChecks.all());
        List<Finding> needed = KernelChecks.all();
        Finding kvm = HostChecks.kvm();
        findings.addAll(needed);
        findings.add(kvm);
        findings.add(HostChecks.hugePages());
        return new Diagnosis(
                List.copyOf(findings),
                needed.stream().allMatch(Finding::ok),
                kvm.ok(),
                dev.faultline.uffd.memory.HugePages.read().unreserved());
    }

    String conclusion() {
        if (!canMigrate) {
            return "No guest can be migrated on this machine until what is missing above is there.";
        }
        String guests =
                canRunOnKvm ? "real guests on KVM" : "guests that are threads of a process, since KVM is missing";
        String huge = hugePages > 0
                ? " and of 2 MiB (" + hugePages + " are free)"
                : "; for pages of 2 MiB the pool has to be filled first";
        return "This machine can migrate " + guests + ", with pages of 4 KiB" + huge + ".";
    }
}
