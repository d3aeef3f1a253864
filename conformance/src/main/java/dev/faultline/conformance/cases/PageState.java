package dev.faultline.conformance.cases;

import dev.faultline.conformance.subject.Action;
import dev.faultline.conformance.subject.Need;
import dev.faultline.uffd.UffdFeature;
import java.util.Set;

/** The states of a page that the tables have rows for, and how a registered page comes into them. */
enum PageState {
    /** Neither the page table nor the file has anything. */
    MISSING("missing"),
    /** The file has the page, and the page table nothing: a touch is a minor fault. */
    CACHED("cached"),
    /** The page of the file is mapped. */
    PRESENT("present"),
    /** A COPY made the page; of private memory it is the process's own, and the file has none. */
    OWN("copied"),
    /** The file has a page, and a COPY made another, of the process's own. */
    COPIED_CACHED("cached, copied"),
    /** Only fallocate made the page. */
    ALLOCATED("allocated"),
    /** The page was mapped, and a hole punched into the file took it away. */
    PUNCHED("punched"),
    /** The page was mapped, and the mapping gave it back: MADV_DONTNEED. */
    DROPPED("dropped"),
    /** The kernel's page of zeros is mapped. */
    ZERO("zero page"),
    /** As PRESENT, or for memory without a file as OWN, and protected. */
    PROTECTED("present+wp"),
    /** Protected where no page is. */
    MARKER("wp marker"),
    /** Protection where no page is, without WP_UNPOPULATED. */
    PROTECTED_HOLE("missing+wp"),
    /** Protected where no page is mapped, and the file has one. */
    MARKER_CACHED("wp marker, cached"),
    /** Poisoned. */
    POISONED("poisoned"),
    /** Poisoned, and the file has a page. */
    POISONED_CACHED("poisoned, cached"),
    /** It was mapped, and its content is in swap. */
    SWAPPED("swapped"),
    /** An own page, in swap. */
    SWAPPED_OWN("copied, swapped"),
    /** The file was cut off before it. */
    BEYOND_EOF("beyond EOF"),
    /** Mapped memory that nobody registered, with nothing in it. */
    UNREGISTERED("not registered");

    /** What a page holds that has content. */
    static final int CONTENT = 7;

    private final String label;

    PageState(String label) {
        this.label = label;
    }

    static PageState of(String label) {
        for (PageState state : values()) {
            if (state.label.equals(label)) {
                return state;
            }
        }
        throw new IllegalArgumentException("no state of a page: " + label);
    }

    Set<Need> needs() {
        return this == SWAPPED || this == SWAPPED_OWN ? Set.of(Need.SWAP) : Set.of();
    }

    /** Brings a page of the scene's range into this state; the range is registered, unless this says that it is not. */
    void prepare(Scene scene, int page) {
        switch (this) {
            case MISSING, UNREGISTERED -> {}
            case CACHED -> scene.put(page, CONTENT);
            case PRESENT -> {
                scene.put(page, CONTENT);
                Scene.require(scene.resume(page, 0));
            }
            case COPIED_CACHED -> {
                scene.put(page, CONTENT);
                Scene.require(scene.copy(page, CONTENT + 1, 0));
            }
            case ALLOCATED -> scene.file().allocate(page * scene.pageBytes(), scene.pageBytes());
            case PUNCHED -> {
                PRESENT.prepare(scene, page);
                scene.file().punchHole(page * scene.pageBytes(), scene.pageBytes());
            }
            case DROPPED -> {
                (scene.kind().isOfFile() ? PRESENT : OWN).prepare(scene, page);
                Scene.require(scene.advise(page, 1, Action.Advice.DONTNEED));
            }
            case OWN -> Scene.require(scene.copy(page, CONTENT, 0));
            case ZERO -> Scene.require(scene.uffd().zeroPages(scene.page(page), scene.pageBytes(), 0));
            case PROTECTED -> {
                (scene.kind().isOfFile() ? PRESENT : OWN).prepare(scene, page);
                Scene.require(scene.protect(page, true));
            }
            case MARKER, PROTECTED_HOLE -> Scene.require(scene.protect(page, true));
            case MARKER_CACHED -> {
                scene.put(page, CONTENT);
                Scene.require(scene.protect(page, true));
            }
            case POISONED -> Scene.require(scene.poison(page));
            case POISONED_CACHED -> {
                scene.put(page, CONTENT);
                Scene.require(scene.poison(page));
            }
            case SWAPPED -> {
                PRESENT.prepare(scene, page);
                scene.process().swapOut(scene.page(page), scene.pageBytes());
            }
            case SWAPPED_OWN -> {
                OWN.prepare(scene, page);
                scene.process().swapOut(scene.page(page), scene.pageBytes());
            }
            case BEYOND_EOF -> scene.file().resize(scene.pageBytes());
        }
    }

    /** {@return the features of the handshake that the state needs} */
    long features() {
        return this == MARKER ? UffdFeature.WP_UNPOPULATED.mask() : 0;
    }
}
