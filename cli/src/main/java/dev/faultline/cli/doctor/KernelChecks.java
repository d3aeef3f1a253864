package dev.faultline.cli.doctor;

import dev.faultline.uffd.LinuxUffd;
import dev.faultline.uffd.UffdFeature;
import dev.faultline.uffd.UffdOpening;
import dev.faultline.uffd.os.LinuxException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** What a migration needs of the kernel. */
final class KernelChecks {
    private static final Map<UffdFeature, String> NEEDED = new EnumMap<>(Map.of(
            UffdFeature.MISSING_SHMEM, "faults on holes, 4 KiB pages",
            UffdFeature.MISSING_HUGETLBFS, "faults on holes, 2 MiB pages",
            UffdFeature.MINOR_SHMEM, "faults on content, 4 KiB pages",
            UffdFeature.MINOR_HUGETLBFS, "faults on content, 2 MiB pages",
            UffdFeature.WP_HUGETLBFS_SHMEM, "write protection of shared memory",
            UffdFeature.WP_UNPOPULATED, "write protection of holes",
            UffdFeature.WP_ASYNC, "write protection that does not stop the guest"));

    private KernelChecks() {}

    static List<Finding> all() {
        List<Finding> findings = new ArrayList<>();
        findings.add(opening());
        findings.addAll(features());
        findings.add(tried("minor faults, tried", "a fault was answered with UFFDIO_CONTINUE", Trials::minorFault));
        findings.add(tried("dirty tracking, tried", "PAGEMAP_SCAN found the page that was written", Trials::tracking));
        findings.add(tried("passing of descriptors", "a memory file came through a Unix socket", Trials::passing));
        return findings;
    }

    private static Finding opening() {
        List<String> ways = new ArrayList<>();
        boolean works = false;
        for (UffdOpening opening : UffdOpening.values()) {
            String problem = opening.problem().orElse("");
            works |= problem.isEmpty();
            ways.add(opening.label() + (problem.isEmpty() ? " works" : ": " + problem));
        }
        String detail = String.join(", ", ways);
        return works
                ? Finding.ok("userfaultfd", detail)
                : Finding.missing(
                        "userfaultfd",
                        detail,
                        "give this user access to /dev/userfaultfd, or run as root, or run"
                                + " 'sysctl vm.unprivileged_userfaultfd=1' as root");
    }

    private static List<Finding> features() {
        Set<UffdFeature> there;
        try {
            there = LinuxUffd.kernelFeatures();
        } catch (LinuxException e) {
            return List.of(Finding.missing("userfaultfd features", "unknown without a userfaultfd", ""));
        }
        return NEEDED.entrySet().stream()
                .map(need -> there.contains(need.getKey())
                        ? Finding.ok("  " + need.getKey(), need.getValue())
                        : Finding.missing("  " + need.getKey(), need.getValue(), "use Linux 6.7 or newer"))
                .toList();
    }

    private static Finding tried(String name, String success, Supplier<String> trial) {
        String problem;
        try {
            problem = trial.get();
        } catch (LinuxException | IllegalStateException e) {
            problem = String.valueOf(e.getMessage());
        }
        return problem.isEmpty() ? Finding.ok(name, success) : Finding.missing(name, problem, "use Linux 6.7 or newer");
    }
}
