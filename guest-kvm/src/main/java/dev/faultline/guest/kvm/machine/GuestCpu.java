package dev.faultline.guest.kvm.machine;

import dev.faultline.guest.kvm.state.StateReader;
import dev.faultline.guest.kvm.state.StateWriter;

/** What runs a vCPU's share of the guest. All but {@link #kick} is called by one thread at a time. */
interface GuestCpu extends AutoCloseable {
    /** {@return what is known of it from outside} */
    Journal journal();

    /**
     * Touches, in native state, memory whose faults KVM itself could only wait for uninterruptibly. The guest has not
     * begun to run, so that a pause need not wait for this.
     */
    void settle();

    /**
     * Runs the guest for as long as it may. Its state is complete when this returns.
     *
     * @param permit says how long
     * @throws dev.faultline.migration.guest.GuestException if it can run no more
     */
    void run(RunPermit permit);

    /**
     * Makes {@link #run} look at its permit soon. Called by another thread, again and again until it has.
     *
     * @param threadId the kernel's number of the thread that runs it
     */
    void kick(int threadId);

    /** Starts over with a pacer, its counters as they are. */
    void pace(Pacer pacer);

    /** Writes down all that is not memory. */
    void save(StateWriter out);

    /** Takes over what {@link #save} wrote. */
    void load(StateReader in);

    @Override
    void close();
}
