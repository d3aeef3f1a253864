package dev.faultline.migration.host;

import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * What an engine needs of the host that it runs on. {@link LocalHost} is this machine; a simulation has a clock, a scheduler
 * and a network of its own, so that the same engine runs there unchanged.
 */
public interface Host {
    /** {@return the time in nanoseconds, from some moment on} */
    long nanoTime();

    /** {@return a number that no other host chooses too} */
    long newId();

    /**
     * Starts a thread.
     *
     * @param name what it does
     * @param body what to run; it throws nothing
     * @return the thread
     */
    Worker start(String name, Runnable body);

    /** {@return something to wait for} */
    Signal newSignal();

    /**
     * Does nothing for a while.
     *
     * @param nanos for how long, about
     */
    void pause(long nanos);

    /**
     * {@return how much memory this process has to itself, in bytes: its heap, its code and all else that is resident, but
     * no shared memory, as that of a guest is; 0 if that cannot be told}
     */
    long residentBytes();

    /**
     * Connects to another host.
     *
     * @param address where it listens
     * @return the connection
     * @throws IOException if there is none to be had
     */
    Link connect(InetSocketAddress address) throws IOException;

    /**
     * Listens for other hosts.
     *
     * @param address where; port 0 lets the host choose
     * @return what listens
     * @throws IOException if the address is taken or not of this host
     */
    Listener listen(InetSocketAddress address) throws IOException;
}
