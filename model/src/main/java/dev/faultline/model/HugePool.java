package dev.faultline.model;

/** The machine's huge pages. */
final class HugePool {
    private long free;

    HugePool(long pages) {
        free = pages;
    }

    /** {@return whether there was one} */
    boolean take() {
        if (free == 0) {
            return false;
        }
        free--;
        return true;
    }

    void giveBack(long pages) {
        free += pages;
    }

    long free() {
        return free;
    }
}
