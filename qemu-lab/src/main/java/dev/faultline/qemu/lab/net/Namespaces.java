package dev.faultline.qemu.lab.net;

import dev.faultline.qemu.lab.host.Cleanup;
import dev.faultline.qemu.lab.host.Command;
import dev.faultline.qemu.lab.host.LabNames;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * Network namespaces, each of which has a link (veth) to each other one, and one address. Their names have this
 * process's id, and their links and addresses are visible in them only: tests that run at the same time do not see each
 * other's. It needs root.
 */
public final class Namespaces implements AutoCloseable {
    private static final int MAX = 8;
    private static final String BURST = "256kb";
    private static final String LATENCY = "50ms";
    private static final AtomicInteger NEXT = new AtomicInteger();

    private final Cleanup cleanup = new Cleanup();
    private final List<String> names;

    private Namespaces(int count) {
        String prefix = LabNames.prefix() + NEXT.incrementAndGet() + "-";
        names = IntStream.range(0, count).mapToObj(i -> prefix + i).toList();
    }

    /**
     * Makes namespaces.
     *
     * @param count how many, 2 to 8
     * @return them
     * @throws dev.faultline.qemu.lab.host.LabException if the kernel or this user cannot
     */
    public static Namespaces create(int count) {
        if (count < 2 || count > MAX) {
            throw new IllegalArgumentException("2 to " + MAX + " namespaces, not " + count);
        }
        Namespaces namespaces = new Namespaces(count);
        try {
            namespaces.build();
            return namespaces;
        } catch (RuntimeException e) {
            namespaces.close();
            throw e;
        }
    }

    private void build() {
        for (String name : names) {
            Command.run("ip", "netns", "add", name);
            cleanup.add(() -> Command.run("ip", "netns", "delete", name));
            Command.run("ip", "-n", name, "link", "set", "lo", "up");
        }
        for (int a = 0; a < names.size(); a++) {
            for (int b = a + 1; b < names.size(); b++) {
                link(a, b);
            }
        }
    }

    private void link(int a, int b) {
        String atA = device(b);
        String atB = device(a);
        Command.run(
                "ip",
                "-n",
                names.get(a),
                "link",
                "add",
                atA,
                "type",
                "veth",
                "peer",
                "name",
                atB,
                "netns",
                names.get(b));
        bringUp(a, b);
        bringUp(b, a);
    }

    /** One address has several links: each is to one peer, and has a route to that peer only. */
    private void bringUp(int here, int peer) {
        String name = names.get(here);
        Command.run("ip", "-n", name, "address", "add", address(here), "peer", address(peer), "dev", device(peer));
        Command.run("ip", "-n", name, "link", "set", device(peer), "up");
    }

    /**
     * {@return the address of a namespace, as the others see it and as it sees itself}
     *
     * @param index which one, from 0
     */
    public String address(int index) {
        return "10.77.0." + (1 + index);
    }

    /**
     * {@return what is put before a command to run it in a namespace; the process stays the one that was started}
     *
     * @param index which one, from 0
     */
    public List<String> command(int index) {
        return List.of("nsenter", "--net=/run/netns/" + names.get(index), "--");
    }

    /**
     * Limits what each namespace sends on each of its links.
     *
     * @param bitsPerSecond the limit
     */
    public void shape(long bitsPerSecond) {
        forEachLink((name, device) -> shape(name, device, bitsPerSecond));
    }

    /**
     * Has the others reach each other by way of one of them, as of a router, and limits what that one sends on each of its
     * links: packets then queue where the senders' kernels do not see it, as they do in a network.
     *
     * @param router which one, from 0
     * @param bitsPerSecond the limit
     */
    public void routeThrough(int router, long bitsPerSecond) {
        String name = names.get(router);
        Command.run("ip", "netns", "exec", name, "sysctl", "-q", "-w", "net.ipv4.ip_forward=1");
        for (int here = 0; here < names.size(); here++) {
            if (here != router) {
                shape(name, device(here), bitsPerSecond);
                for (int peer = 0; peer < names.size(); peer++) {
                    if (peer != router && peer != here) {
                        String via = address(router);
                        Command.run(
                                "ip",
                                "-n",
                                names.get(here),
                                "route",
                                "replace",
                                address(peer),
                                "via",
                                via,
                                "dev",
                                device(router));
                    }
                }
            }
        }
    }

    private static void shape(String name, String device, long bitsPerSecond) {
        Command.run(
                "tc",
                "-n",
                name,
                "qdisc",
                "replace",
                "dev",
                device,
                "root",
                "tbf",
                "rate",
                bitsPerSecond + "bit",
                "burst",
                BURST,
                "latency",
                LATENCY);
    }

    /** Takes the limit away. */
    public void unshape() {
        forEachLink((name, device) -> Command.run("tc", "-n", name, "qdisc", "delete", "dev", device, "root"));
    }

    /**
     * Cuts a link, or mends it.
     *
     * @param from one of its ends, from 0
     * @param to the other one
     * @param up whether it is to carry packets
     */
    public void link(int from, int to, boolean up) {
        Command.run("ip", "-n", names.get(from), "link", "set", device(to), up ? "up" : "down");
    }

    /** Removes them; processes in them keep theirs until they end. */
    @Override
    public void close() {
        cleanup.close();
    }

    private void forEachLink(LinkAction action) {
        for (int here = 0; here < names.size(); here++) {
            for (int peer = 0; peer < names.size(); peer++) {
                if (here != peer) {
                    action.on(names.get(here), device(peer));
                }
            }
        }
    }

    private static String device(int peer) {
        return "to" + peer;
    }

    @FunctionalInterface
    private interface LinkAction {
        void on(String namespace, String device);
    }
}
