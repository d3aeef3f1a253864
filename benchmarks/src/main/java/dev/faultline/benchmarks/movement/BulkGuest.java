package dev.faultline.benchmarks.movement;

import dev.faultline.migration.guest.Guest;
import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.migration.guest.GuestState;
import dev.faultline.uffd.LinuxPagemap;
import dev.faultline.uffd.LinuxUffd;
import dev.faultline.uffd.Pagemap;
import dev.faultline.uffd.Uffd;
import dev.faultline.uffd.UffdFeature;
import dev.faultline.uffd.memory.AliasMapping;
import dev.faultline.uffd.memory.GuestMapping;
import dev.faultline.uffd.memory.Memfd;
import dev.faultline.uffd.memory.PageSize;
import java.util.EnumSet;
import java.util.List;

/** Memory that is moved, and nothing else: a guest that is paused, and touches nothing. */
public final class BulkGuest implements Guest {
    private final Memfd file;
    private final GuestMapping mapping;
    private final AliasMapping alias;
    private final Uffd uffd;
    private final Pagemap pagemap = LinuxPagemap.ofSelf();
    private final List<GuestRegion> regions;
    private GuestState state;

    /**
     * Makes one.
     *
     * @param memoryBytes whole pages
     * @param pageSize in which pages
     * @param incoming whether it waits for a guest from elsewhere
     */
    public BulkGuest(long memoryBytes, PageSize pageSize, boolean incoming) {
        file = Memfd.create("faultline-bulk", memoryBytes, pageSize);
        mapping = file.mapGuest();
        alias = file.mapAlias();
        uffd = LinuxUffd.open(EnumSet.of(
                UffdFeature.MINOR_SHMEM,
                UffdFeature.MINOR_HUGETLBFS,
                UffdFeature.MISSING_SHMEM,
                UffdFeature.MISSING_HUGETLBFS,
                UffdFeature.WP_HUGETLBFS_SHMEM,
                UffdFeature.WP_UNPOPULATED,
                UffdFeature.WP_ASYNC));
        regions = List.of(new GuestRegion(0, "ram", mapping.address(), file));
        state = incoming ? GuestState.INCOMING : GuestState.PAUSED;
    }

    /**
     * Fills its memory.
     *
     * @param content with what
     */
    public void fill(BulkContent content) {
        content.fillAll(alias.segment());
    }

    /** Lets it be moved once more. */
    public void takeBack() {
        state = GuestState.PAUSED;
    }

    /**
     * {@return whether its memory is the same as another's}
     *
     * @param other of the same length
     */
    public boolean hasMemoryOf(BulkGuest other) {
        return alias.segment().mismatch(other.alias.segment()) == -1;
    }

    @Override
    public long processId() {
        return ProcessHandle.current().pid();
    }

    @Override
    public String machine() {
        return "bulk";
    }

    @Override
    public List<GuestRegion> regions() {
        return regions;
    }

    @Override
    public Uffd uffd(GuestRegion region) {
        return uffd;
    }

    @Override
    public Pagemap pagemap() {
        return pagemap;
    }

    @Override
    public GuestState state() {
        return state;
    }

    @Override
    public void pause() {
        // It never runs.
    }

    @Override
    public void resume() {
        throw new IllegalStateException("it is only memory");
    }

    @Override
    public byte[] saveDeviceState() {
        return new byte[1];
    }

    @Override
    public void loadDeviceState(byte[] saved) {
        state = GuestState.PAUSED;
    }

    @Override
    public void relinquish() {
        state = GuestState.RELINQUISHED;
    }

    @Override
    public void close() {
        uffd.close();
        pagemap.close();
        alias.close();
        mapping.close();
        file.close();
    }
}
