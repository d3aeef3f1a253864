package dev.faultline.cli.rate;

import dev.faultline.migration.rate.MemoryArea;
import dev.faultline.uffd.UffdFeature;
import java.util.List;
import java.util.Set;

/**
 * What is to be watched, while it may be.
 *
 * @param processId the process
 * @param memory its memory that is watched
 * @param features what a userfaultfd that is opened in it is to have
 * @param release what is to be done at the end
 */
record WatchedProcess(long processId, List<MemoryArea> memory, Set<UffdFeature> features, Runnable release)
        implements AutoCloseable {

    /** {@return how much memory it is, in bytes} */
    long memoryBytes() {
        return memory.stream().mapToLong(MemoryArea::lengthBytes).sum();
    }

    @Override
    public void close() {
        release.run();
    }
}
