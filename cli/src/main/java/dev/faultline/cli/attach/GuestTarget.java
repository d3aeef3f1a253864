package dev.faultline.cli.attach;

import dev.faultline.cli.command.Limits;
import dev.faultline.guest.kvm.control.VmmClient;
import dev.faultline.guest.kvm.control.VmmMonitor;
import picocli.CommandLine.Option;

/** Which guest: a group of options of which one is given. */
public final class GuestTarget {
    @Option(names = "--guest", paramLabel = "NAME", description = "Control name of a micro-VM.")
    private String guest = "";

    /** Makes one, for picocli to fill. */
    public GuestTarget() {}

    /** {@return what the guest is called in its journal} */
    public String name() {
        return guest;
    }

    /**
     * Attaches to the guest.
     *
     * @param side what for
     * @return the guest
     */
    public Attached attach(Side side) {
        VmmClient client = VmmClient.attach(guest, Limits.COMMAND_NANOS);
        return new Attached(client, () -> {
            client.close(); // it can only be told to quit while nobody is attached
            quitMicroVm();
        });
    }

    private void quitMicroVm() {
        try (VmmMonitor monitor = VmmMonitor.connect(guest, Limits.COMMAND_NANOS)) {
            monitor.quit();
        }
    }
}
