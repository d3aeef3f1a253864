package dev.faultline.simulation.planted;

import dev.faultline.migration.TestSwitch;
import dev.faultline.migration.guest.Guest;
import dev.faultline.migration.host.Host;
import dev.faultline.simulation.world.Side;

/** A way to break an engine: by one of its own switches, or by what it believes that it talks to. Here: none. */
public class Plant {
    /** {@return the machine that an engine is to see} */
    public Guest guest(Side side, Guest guest) {
        return guest;
    }

    /** {@return the host that an engine is to see} */
    public Host host(Side side, Host host) {
        return host;
    }

    /** {@return the switch that both engines are given} */
    public TestSwitch testSwitch() {
        return TestSwitch.NONE;
    }
}
