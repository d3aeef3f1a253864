package dev.faultline.guest.kvm;

import dev.faultline.migration.guest.GuestException;
import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.uffd.LinuxPagemap;
import dev.faultline.uffd.LinuxUffd;
import dev.faultline.uffd.UffdFeature;
import dev.faultline.uffd.memory.GuestMapping;
import dev.faultline.uffd.memory.Memfd;
import dev.faultline.uffd.memory.PageSize;
import dev.faultline.uffd.os.Fd;
import dev.faultline.uffd.os.LinuxException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * A guest's memory, with what an engine needs to migrate it. The userfaultfd can do all that source and destination ask of
 * it, but has no range registered: that is for the engine to do, from its own process.
 */
record GuestMemory(Memfd file, GuestMapping mapping, LinuxUffd uffd, LinuxPagemap pagemap) {
    private static final String FILE_NAME = "faultline-guest";
    private static final String REGION_NAME = "ram";

    private static final Set<UffdFeature> FEATURES = EnumSet.of(
            UffdFeature.WP_ASYNC,
            UffdFeature.WP_UNPOPULATED,
            UffdFeature.WP_HUGETLBFS_SHMEM,
            UffdFeature.MINOR_SHMEM,
            UffdFeature.MINOR_HUGETLBFS,
            UffdFeature.MISSING_SHMEM,
            UffdFeature.MISSING_HUGETLBFS);

    /**
     * Makes it: one hole from end to end. Huge pages are reserved, nothing is allocated.
     *
     * @param owner closes every part of it, also if a later part fails
     * @throws GuestException if the kernel refuses a part; says which, and what to do
     */
    static GuestMemory create(long lengthBytes, PageSize pageSize, Resources owner) {
        // The userfaultfd first: without the permission for it, no memory is worth reserving.
        LinuxUffd uffd = owner.add(get("a userfaultfd", () -> LinuxUffd.open(FEATURES)));
        LinuxPagemap pagemap = owner.add(get("a page map", LinuxPagemap::ofSelf));
        String memory = (lengthBytes >> 20) + " MiB of memory";
        Memfd file = owner.add(get(memory, () -> Memfd.create(FILE_NAME, lengthBytes, pageSize)));
        GuestMapping mapping = owner.add(get(memory, file::mapGuest));
        return new GuestMemory(file, mapping, uffd, pagemap);
    }

    List<GuestRegion> regions() {
        return List.of(new GuestRegion(0, REGION_NAME, mapping.address(), file));
    }

    /** {@return what an engine is handed: the memory file, the userfaultfd, the page map} */
    List<Fd> descriptors() {
        return List.of(file.fd(), uffd.fd(), pagemap.fd());
    }

    private static <T> T get(String what, Supplier<T> source) {
        try {
            return source.get();
        } catch (LinuxException e) {
            throw new GuestException("The guest cannot have " + what + ": " + e.getMessage(), e);
        }
    }
}
