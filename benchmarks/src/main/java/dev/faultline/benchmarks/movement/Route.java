package dev.faultline.benchmarks.movement;

import dev.faultline.qemu.lab.net.Namespaces;
import java.util.List;

/**
 * How two processes reach each other.
 *
 * @param name for people
 * @param source what is put before the source's command
 * @param destination what is put before the destination's command
 * @param address the destination's
 */
record Route(String name, List<String> source, List<String> destination, String address) {
    static final Route LOOPBACK = new Route("loopback", List.of(), List.of(), "127.0.0.1");

    static Route veth(Namespaces network) {
        return new Route("veth", network.command(0), network.command(1), network.address(1));
    }
}
