package dev.faultline.benchmarks.program;

import dev.faultline.qemu.lab.net.Namespaces;
import java.util.List;

/**
 * How two processes reach each other.
 *
 * @param name for people
 * @param source what is put before the source's command
 * @param destination what is put before the destination's command
 * @param sourceAddress the source's address
 * @param address the destination's
 */
public record Route(String name, List<String> source, List<String> destination, String sourceAddress, String address) {
    /** On one host. */
    public static final Route LOOPBACK = new Route("loopback", List.of(), List.of(), "127.0.0.1", "127.0.0.1");

    /**
     * {@return by two namespaces}
     *
     * @param name for people
     * @param network the namespaces
     */
    public static Route between(String name, Namespaces network) {
        return new Route(name, network.command(0), network.command(1), network.address(0), network.address(1));
    }
}
