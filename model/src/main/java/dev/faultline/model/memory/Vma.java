package dev.faultline.model.memory;

import org.jspecify.annotations.Nullable;

/** A mapping: a range of addresses with one backing and one set of flags. The kernel's vm_area_struct. */
public final class Vma {
    public static final int READ = 1;
    public static final int WRITE = 2;
    public static final int EXECUTE = 4;

    public static final int MISSING = 1;
    public static final int WRITE_PROTECT = 2;
    public static final int MINOR = 4;

    private long start;
    private long end;
    private int protection;
    private final boolean shared;
    private final boolean mayWrite;
    private final @Nullable PageCache file;
    private long fileOffset;
    private final boolean huge;
    private final boolean noReserve;
    private boolean dontFork;
    private boolean guarded;
    private boolean accounted;
    private @Nullable Context context;
    private int modes;
    private @Nullable AnonIdentity identity;

    /**
     * Makes a mapping.
     *
     * @param mayWrite whether mprotect may make it writable: the file was opened for it, or stores do not reach the file
     * @param fileOffset the place in the file of the first byte; without a file its address, as the kernel counts it
     */
    public Vma(
            long start,
            long end,
            int protection,
            boolean shared,
            boolean mayWrite,
            @Nullable PageCache file,
            long fileOffset,
            boolean noReserve) {
        this.start = start;
        this.end = end;
        this.protection = protection;
        this.shared = shared;
        this.mayWrite = mayWrite;
        this.file = file;
        this.fileOffset = fileOffset;
        this.noReserve = noReserve;
        huge = file != null && file.isHuge();
        account();
    }

    /**
     * Private memory counts against the limit of the machine once it may be written, and no longer if that ends before it
     * has a page: VM_ACCOUNT.
     */
    private void account() {
        boolean ends = !isWritable() && isAnonymous() && identity == null;
        accounted = !ends && (accounted || (isWritable() && !shared && !huge && !noReserve));
    }

    /** {@return a part of this mapping, or all of it, at another address} */
    public Vma copyAt(long newStart, long from, long lengthBytes) {
        Vma copy = new Vma(
                newStart,
                newStart + lengthBytes,
                protection,
                shared,
                mayWrite,
                file,
                fileOffset + (from - start),
                noReserve);
        copy.dontFork = dontFork;
        copy.guarded = guarded;
        copy.accounted = accounted;
        copy.context = context;
        copy.modes = modes;
        copy.identity = identity;
        return copy;
    }

    public long start() {
        return start;
    }

    public long end() {
        return end;
    }

    void setRange(long newStart, long newEnd) {
        fileOffset += newStart - start;
        start = newStart;
        end = newEnd;
    }

    /** Says that an anonymous mapping without pages has moved: it then counts from its new address. */
    public void countFromAddress() {
        fileOffset = start;
    }

    public boolean contains(long address) {
        return start <= address && address < end;
    }

    public boolean isShared() {
        return shared;
    }

    public boolean isHuge() {
        return huge;
    }

    /** {@return whether it is private and has no file: vma_is_anonymous} */
    public boolean isAnonymous() {
        return file == null;
    }

    /** {@return whether it is of a file of 4 KiB pages: vma_is_shmem} */
    public boolean isShmem() {
        return file != null && !huge;
    }

    public @Nullable PageCache file() {
        return file;
    }

    /** {@return the file of a mapping that has one} */
    public PageCache cache() {
        PageCache cache = file;
        if (cache == null) {
            throw new IllegalStateException("anonymous memory has no file");
        }
        return cache;
    }

    public long fileOffset() {
        return fileOffset;
    }

    public long pageBytes() {
        return huge ? Pages.HUGE_BYTES : Pages.BYTES;
    }

    /** {@return the first address of the page that an address is in} */
    public long pageOf(long address) {
        return Pages.roundDown(address, pageBytes());
    }

    /** {@return which page of the file an address shows} */
    public long fileIndex(long address) {
        return (fileOffset + (address - start)) / pageBytes();
    }

    /** {@return the address of a byte of the file; it may be outside} */
    public long addressOfOffset(long offset) {
        return start + (offset - fileOffset);
    }

    /** {@return whether an address is behind the end of the file: mfill_file_over_size} */
    public boolean isBeyondFile(long address) {
        PageCache cache = file;
        return cache != null && cache.isBeyondEnd(fileIndex(address));
    }

    public int protection() {
        return protection;
    }

    public void setProtection(int newProtection) {
        protection = newProtection;
        account();
    }

    public boolean isAccounted() {
        return accounted;
    }

    public boolean isWritable() {
        return (protection & WRITE) != 0;
    }

    public boolean mayWrite() {
        return mayWrite;
    }

    public boolean isNoReserve() {
        return noReserve;
    }

    public boolean isDontFork() {
        return dontFork;
    }

    public void setDontFork(boolean newDontFork) {
        dontFork = newDontFork;
    }

    /** {@return whether a guard was ever installed in it} It does not keep mappings from merging. */
    public boolean isGuarded() {
        return guarded;
    }

    public void setGuarded() {
        guarded = true;
    }

    public @Nullable Context context() {
        return context;
    }

    public int modes() {
        return modes;
    }

    public boolean has(int mode) {
        return (modes & mode) != 0;
    }

    public void register(@Nullable Context newContext, int newModes) {
        context = newContext;
        modes = newModes;
    }

    /** {@return whether entries of pages that do not exist can be marked: userfaultfd_wp_use_markers} */
    public boolean usesMarkers() {
        Context current = context;
        return has(WRITE_PROTECT) && (!isAnonymous() || (current != null && current.marksUnpopulated()));
    }

    /** {@return whether stores to protected pages are only remembered: userfaultfd_wp_async} */
    public boolean isAsync() {
        Context current = context;
        return current != null && current.isAsync();
    }

    public @Nullable AnonIdentity identity() {
        return identity;
    }

    public void setIdentity(@Nullable AnonIdentity newIdentity) {
        identity = newIdentity;
    }
}
