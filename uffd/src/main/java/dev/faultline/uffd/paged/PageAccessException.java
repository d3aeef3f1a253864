package dev.faultline.uffd.paged;

/** A page could not be loaded, or not be stored. The cause says why. */
public final class PageAccessException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final long offset;

    PageAccessException(String what, long offset, Throwable cause) {
        super(String.format("cannot %s the page at offset 0x%x: %s", what, offset, cause), cause);
        this.offset = offset;
    }

    /** {@return the page's place in the region} */
    public long offset() {
        return offset;
    }
}
