package dev.faultline.cli.demo;

import dev.faultline.cli.option.MemoryBackend;
import dev.faultline.uffd.LinuxUffd;
import dev.faultline.uffd.UffdFeature;
import dev.faultline.uffd.os.LinuxException;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a demo runs on, and why.
 *
 * @param backend whose userfaultfd it is
 * @param fallback why it is the model's although nobody asked for it
 */
record BackendChoice(MemoryBackend backend, Optional<String> fallback) {
    private static final Set<UffdFeature> NEEDED =
            EnumSet.of(UffdFeature.MISSING_SHMEM, UffdFeature.MINOR_SHMEM, UffdFeature.WP_ASYNC);

    /**
     * Takes what was asked for, or else the kernel's if it has what a migration needs.
     *
     * @param asked what was asked for
     * @param kernel the features of the kernel's; throws as {@link LinuxUffd#open}
     */
    static BackendChoice of(@Nullable MemoryBackend asked, Supplier<Set<UffdFeature>> kernel) {
        if (asked != null) {
            return new BackendChoice(asked, Optional.empty());
        }
        Optional<String> problem = problem(kernel);
        return new BackendChoice(problem.isEmpty() ? MemoryBackend.KERNEL : MemoryBackend.MODEL, problem);
    }

    private static Optional<String> problem(Supplier<Set<UffdFeature>> kernel) {
        Set<UffdFeature> lacking = EnumSet.copyOf(NEEDED);
        try {
            lacking.removeAll(kernel.get());
        } catch (LinuxException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        } catch (UnsupportedOperationException | LinkageError e) {
            return Optional.of("this system has no userfaultfd: " + e.getMessage());
        }
        return lacking.isEmpty()
                ? Optional.empty()
                : Optional.of("this kernel's userfaultfd lacks " + lacking + ", which Linux 6.7 has");
    }
}
