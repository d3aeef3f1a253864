package dev.faultline.conformance.differential;

import dev.faultline.conformance.kernel.KernelSubject;
import dev.faultline.conformance.model.ModelSubject;
import dev.faultline.conformance.subject.MemoryKind;
import dev.faultline.conformance.subject.Need;
import dev.faultline.model.Defect;
import dev.faultline.model.Rules;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Tries the kernel of this machine against the model. One thread at a time. */
public final class Differential implements AutoCloseable {
    /** The kinds of memory. */
    public static final List<String> KINDS =
            Arrays.stream(MemoryKind.values()).map(MemoryKind::label).toList();

    /** How many huge pages of 2 MiB have to be free for the kinds of huge pages. */
    public static final int HUGE_PAGES = 2 * KernelSubject.HUGE_PAGES;

    private final KernelSubject kernel = new KernelSubject(false);
    private final Campaign campaign = new Campaign(kernel, seed -> new ModelSubject(Rules.MAINLINE, Defect.NONE, seed));

    /** Hears how it goes. */
    @FunctionalInterface
    public interface Listener {
        /**
         * Takes note.
         *
         * @param seed the seed that is done
         */
        void done(long seed);
    }

    /** Starts the process whose memory the kernel's programs use. */
    public Differential() {}

    /**
     * {@return whether this machine can give a kind of memory now}
     *
     * @param kind of {@link #KINDS}
     */
    public boolean offers(String kind) {
        return !Program.kind(kind).isHuge() || kernel.lacks(Need.HUGE_PAGES).isEmpty();
    }

    /**
     * Runs until there is a difference, or the seeds or the time are used up.
     *
     * @param budget how much
     * @param listener hears of each seed that is done
     * @return the first difference, cut to the shortest program that shows it; nothing if there is none
     */
    public Optional<Difference> run(Budget budget, Listener listener) {
        return campaign.run(budget, listener);
    }

    /**
     * Runs one program.
     *
     * @param text a program, as {@link Difference#text} tells it
     * @return where the two part; nothing if they do not
     * @throws IllegalArgumentException if it is no program
     */
    public Optional<Difference> replay(String text) {
        return campaign.replay(text);
    }

    /** {@return what has been compared by now, for each kind of memory} */
    public Map<String, Tally> tallies() {
        return campaign.tallies();
    }

    @Override
    public void close() {
        kernel.close();
    }
}
