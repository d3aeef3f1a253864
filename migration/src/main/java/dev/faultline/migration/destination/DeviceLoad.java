package dev.faultline.migration.destination;

import dev.faultline.migration.engine.EngineLoop;
import dev.faultline.migration.guest.Guest;
import dev.faultline.migration.host.Host;
import dev.faultline.migration.host.Signal;
import dev.faultline.migration.wire.Frame;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The load of the device state, on a thread of its own: while it touches guest memory, the session has to hear the source.
 * It begins when the state is expected, and waits for it with everything else done.
 */
final class DeviceLoad {
    private final Guest guest;
    private final Consumer<Frame> load;
    private final Signal changed;
    private volatile @Nullable Frame prepare;
    private volatile boolean ended;

    /**
     * Makes one that has not begun.
     *
     * @param load loads what a PREPARE frame carries
     */
    DeviceLoad(Host host, Guest guest, Consumer<Frame> load) {
        this.guest = guest;
        this.load = load;
        changed = host.newSignal();
    }

    /** Gets the guest ready, and waits. */
    void begin(EngineLoop loop) {
        loop.start("load", this::run);
    }

    private void run() throws InterruptedException {
        guest.expectDeviceState();
        changed.await(() -> prepare != null || ended, Signal.FOREVER);
        Frame given = prepare;
        if (given != null) {
            load.accept(given);
        }
    }

    void give(Frame given) {
        prepare = given;
        changed.raise();
    }

    /** No device state comes any more; one that has come is loaded all the same. */
    void end() {
        ended = true;
        changed.raise();
    }
}
