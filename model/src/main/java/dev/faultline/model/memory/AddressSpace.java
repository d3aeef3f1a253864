package dev.faultline.model.memory;

/** A process's memory: the kernel's mm_struct. */
public final class AddressSpace {
    private final int processId;
    private final VmaTree mappings = new VmaTree();
    private final PageTable pages = new PageTable();
    private final MapLock lock = new MapLock();
    private boolean alive = true;

    public AddressSpace(int processId) {
        this.processId = processId;
    }

    public int processId() {
        return processId;
    }

    public VmaTree mappings() {
        return mappings;
    }

    public PageTable pages() {
        return pages;
    }

    /** {@return what keeps mappings as they are while a fill goes on} */
    public MapLock lock() {
        return lock;
    }

    public boolean isAlive() {
        return alive;
    }

    /** Drops everything: exit_mmap. */
    public void end() {
        alive = false;
        mappings.clear();
        pages.clear();
    }
}
