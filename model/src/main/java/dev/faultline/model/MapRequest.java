package dev.faultline.model;

import org.jspecify.annotations.Nullable;

/**
 * The arguments of mmap(2). Made by one of the four factories, and then changed.
 *
 * @param address where, or 0 for anywhere
 * @param lengthBytes how much
 * @param protection {@link #READ}, {@link #WRITE}, {@link #EXECUTE}, or 0
 * @param shared MAP_SHARED, else MAP_PRIVATE
 * @param file the file, or null for MAP_ANONYMOUS
 * @param offset where in the file
 * @param huge MAP_HUGETLB, of anonymous memory
 * @param placement what to do if something is mapped there
 * @param noReserve MAP_NORESERVE
 * @param readOnlyFile whether the file was opened, or sealed, for reading only
 */
public record MapRequest(
        long address,
        long lengthBytes,
        int protection,
        boolean shared,
        @Nullable ModelFile file,
        long offset,
        boolean huge,
        Placement placement,
        boolean noReserve,
        boolean readOnlyFile) {
    /** PROT_READ. */
    public static final int READ = 1;
    /** PROT_WRITE. */
    public static final int WRITE = 2;
    /** PROT_EXEC. */
    public static final int EXECUTE = 4;

    /** Where a mapping may go. */
    public enum Placement {
        /** Wherever there is room. */
        ANYWHERE,
        /** MAP_FIXED: at the address, instead of what is there. */
        FIXED,
        /** MAP_FIXED_NOREPLACE: at the address, or EEXIST. */
        FIXED_NO_REPLACE
    }

    /**
     * {@return a private mapping without a file}
     *
     * @param lengthBytes its length
     */
    public static MapRequest anonymous(long lengthBytes) {
        return new MapRequest(0, lengthBytes, READ | WRITE, false, null, 0, false, Placement.ANYWHERE, false, false);
    }

    /**
     * {@return a shared mapping without a file}
     *
     * @param lengthBytes its length
     */
    public static MapRequest sharedAnonymous(long lengthBytes) {
        return anonymous(lengthBytes).withShared(true);
    }

    /**
     * {@return a shared mapping of a whole file}
     *
     * @param file the file
     */
    public static MapRequest shared(ModelFile file) {
        return privately(file).withShared(true);
    }

    /**
     * {@return a private mapping of a whole file}
     *
     * @param file the file
     */
    public static MapRequest privately(ModelFile file) {
        return new MapRequest(
                0, file.lengthBytes(), READ | WRITE, false, file, 0, false, Placement.ANYWHERE, false, false);
    }

    /**
     * {@return the same at a fixed address, instead of what is there}
     *
     * @param newAddress where
     */
    public MapRequest at(long newAddress) {
        return placed(newAddress, Placement.FIXED);
    }

    /**
     * {@return the same at a fixed address, if nothing is there}
     *
     * @param newAddress where
     */
    public MapRequest ifFree(long newAddress) {
        return placed(newAddress, Placement.FIXED_NO_REPLACE);
    }

    private MapRequest placed(long newAddress, Placement newPlacement) {
        return new MapRequest(
                newAddress, lengthBytes, protection, shared, file, offset, huge, newPlacement, noReserve, readOnlyFile);
    }

    /**
     * {@return the same of a part of the file, or of any length}
     *
     * @param newOffset where in the file
     * @param newLengthBytes how much
     */
    public MapRequest part(long newOffset, long newLengthBytes) {
        return new MapRequest(
                address, newLengthBytes, protection, shared, file, newOffset, huge, placement, noReserve, readOnlyFile);
    }

    /**
     * {@return the same with another protection}
     *
     * @param newProtection {@link #READ}, {@link #WRITE}, {@link #EXECUTE}, or 0
     */
    public MapRequest withProtection(int newProtection) {
        return new MapRequest(
                address, lengthBytes, newProtection, shared, file, offset, huge, placement, noReserve, readOnlyFile);
    }

    /** {@return the same with MAP_HUGETLB} */
    public MapRequest withHugePages() {
        return new MapRequest(
                address, lengthBytes, protection, shared, file, offset, true, placement, noReserve, readOnlyFile);
    }

    /** {@return the same with MAP_NORESERVE} */
    public MapRequest withoutReserve() {
        return new MapRequest(
                address, lengthBytes, protection, shared, file, offset, huge, placement, true, readOnlyFile);
    }

    /** {@return the same of a file that was opened, or sealed, for reading only} */
    public MapRequest ofReadOnlyFile() {
        return new MapRequest(address, lengthBytes, protection, shared, file, offset, huge, placement, noReserve, true);
    }

    private MapRequest withShared(boolean newShared) {
        return new MapRequest(
                address, lengthBytes, protection, newShared, file, offset, huge, placement, noReserve, readOnlyFile);
    }
}
