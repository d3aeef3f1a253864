package dev.faultline.guest.kvm.machine;

import dev.faultline.guest.kvm.workload.MemoryMap;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.migration.guest.GuestState;

/**
 * A machine whose guest can be stopped, written down, and carried on elsewhere over the same memory. Its memory file and
 * its guest mapping belong to the caller, who keeps them until the machine is closed. Safe for use by several threads.
 */
public interface Machine extends AutoCloseable {
    /** {@return what kind of machine it is} */
    MachineType type();

    /** {@return where everything is in its memory, and what its guest does} */
    MemoryMap memoryMap();

    /** {@return what it is doing now; never waits} */
    GuestState state();

    /**
     * Lets a paused guest run; does nothing if it runs.
     *
     * @throws GuestException if it waits for a state to be loaded, was relinquished, or a vCPU has failed
     */
    void resume();

    /**
     * Stops every vCPU; returns when all of them have stopped. Does nothing if they are.
     *
     * @throws GuestException if it waits for a state to be loaded, was relinquished, or a vCPU did not stop in 10
     *     seconds; the guest runs on in that case
     */
    void pause();

    /**
     * Takes a part of each vCPU's time from the running guest: it is kept out for the first part of every 10 ms. Ends by
     * itself at a pause.
     *
     * @param percent from 0, which gives all of it back and may be asked for at any time, to 99
     * @throws GuestException if it does not run
     */
    void throttle(int percent);

    /**
     * {@return everything of the paused machine that is not memory, its counters included}
     *
     * @throws GuestException if it is not paused, or a vCPU has failed
     */
    byte[] saveState();

    /**
     * Makes an incoming machine what another one was. It is paused then. Guest memory is not touched.
     *
     * @param state what {@link #saveState()} of a machine of the same type and shape returned. The write rate may differ:
     *     the state's replaces this machine's
     * @throws GuestException if it does not wait for a state, or the state is damaged or of another type or shape; the
     *     machine goes on waiting for one
     */
    void loadState(byte[] state);

    /**
     * Gives the paused guest up for good: the machine refuses to run it from now on.
     *
     * @throws GuestException if it is not paused
     */
    void relinquish();

    /** {@return its counters; while it runs as of each vCPU's last heartbeat, else exact} */
    MachineStats stats();

    /**
     * Stops the vCPUs and ends the machine.
     *
     * @throws GuestException if a vCPU did not stop in 10 seconds; its thread then lives until the process ends
     */
    @Override
    void close();
}
