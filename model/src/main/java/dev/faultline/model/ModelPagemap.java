package dev.faultline.model;

import dev.faultline.model.memory.AddressSpace;
import dev.faultline.uffd.Pagemap;
import dev.faultline.uffd.PagemapScan;

/** The page map of a process of the model. */
final class ModelPagemap implements Pagemap {
    private final ModelKernel kernel;
    private final AddressSpace space;

    ModelPagemap(ModelKernel kernel, AddressSpace space) {
        this.kernel = kernel;
        this.space = space;
    }

    @Override
    public long scan(PagemapScan scan, PageRuns runs) {
        PagemapScanner scanner = new PagemapScanner(space, scan);
        long end = kernel.call("PAGEMAP_SCAN", scanner::run);
        scanner.report(runs);
        return end;
    }

    @Override
    public void close() {
        // There is nothing to give back.
    }
}
