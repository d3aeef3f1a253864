package dev.faultline.migration.guest;

import dev.faultline.uffd.Pagemap;
import dev.faultline.uffd.Uffd;
import java.util.List;

/**
 * A guest as the engine sees it: a machine in another process, attached to. While it is attached no other engine can be.
 * Closing detaches; the guest stays as it is. Every command has a time limit and throws {@link GuestException} when the
 * machine refuses it, does not answer in time, or has gone.
 */
public interface Guest extends AutoCloseable {
    /** {@return the process that the machine is, by its number on this host} */
    long processId();

    /**
     * {@return the kind of machine, in words} Only a machine whose words are the same can load its device state: they say
     * what a load would stumble over, and nothing that may differ from host to host.
     */
    String machine();

    /** {@return its memory, in the order of the region ids} */
    List<GuestRegion> regions();

    /** {@return the userfaultfd of the machine's address space} */
    Uffd uffd();

    /** {@return the page map of the machine's address space} */
    Pagemap pagemap();

    /** {@return what the machine is doing now} */
    GuestState state();

    /** {@return whether the machine is no more} One that does not answer may still be there. */
    default boolean hasEnded() {
        try {
            state();
            return false;
        } catch (GuestException e) {
            return true;
        }
    }

    /**
     * Looks once more, right before its memory is emptied for a guest from elsewhere, whether that loses nothing.
     *
     * @throws GuestException if somebody could miss it
     */
    default void checkMayBeEmptied() {
        GuestState now = state();
        if (now != GuestState.INCOMING) {
            throw new GuestException("This guest does not wait for a migration any more, it is " + now);
        }
    }

    /** Stops every vCPU; returns when all of them have stopped. */
    void pause();

    /** Lets a paused guest run; does nothing if it runs. */
    void resume();

    /**
     * {@return whether devices may write to pages that they looked up before} O_DIRECT reads do: a scan in between protects
     * such a page and never hears of the write. So the last scan but the final one has to be made {@link #whileDrained},
     * and no other between the two.
     */
    default boolean writesPinnedPages() {
        return false;
    }

    /**
     * Does something while no vCPU runs and no device has a transfer under way; a guest that ran runs on.
     *
     * @param work what to do
     */
    default void whileDrained(Runnable work) {
        boolean ran = state() == GuestState.RUNNING;
        pause();
        try {
            work.run();
        } finally {
            if (ran) {
                resume();
            }
        }
    }

    /** {@return whether {@link #throttle} works} */
    default boolean canThrottle() {
        return false;
    }

    /**
     * Takes a part of each vCPU's time from the running guest, so that it writes less. Ends by itself when the guest is
     * paused, and when this attachment ends.
     *
     * @param percent from 0, which gives all of it back, to 99
     * @throws GuestException if this kind of machine cannot be throttled
     */
    default void throttle(int percent) {
        throw new GuestException("This machine (" + machine() + ") cannot be throttled");
    }

    /**
     * Keeps the guest from running on with pages that are not its own, now that nobody serves its faults for a while: it
     * is paused, or waits at the first such page.
     */
    default void freeze() {
        pause();
    }

    /**
     * {@return everything of the paused machine that is not memory}
     */
    byte[] saveDeviceState();

    /**
     * Does what can be done before the device state comes, which it is about to: while its guest runs nowhere, there is
     * less to do then. A machine that got ready may be of no use any more if none comes.
     */
    default void expectDeviceState() {}

    /**
     * Puts the device state into a machine that waits for one. It is then paused; the load may touch guest memory.
     *
     * @param state what {@link #saveDeviceState()} of the source returned
     */
    void loadDeviceState(byte[] state);

    /**
     * Gives a paused guest up for good: this machine refuses to run it from now on, also if it was told to before and has
     * not come to it. Success proves that the guest does not run here; a guest that runs is not given up.
     */
    void relinquish();

    @Override
    void close();
}
