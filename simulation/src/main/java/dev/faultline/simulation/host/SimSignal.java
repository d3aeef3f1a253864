package dev.faultline.simulation.host;

import dev.faultline.migration.host.Signal;
import dev.faultline.model.VirtualCondition;
import dev.faultline.model.VirtualTime;
import java.util.function.BooleanSupplier;

/** A signal for tasks. */
final class SimSignal implements Signal {
    private final VirtualTime time;
    private final VirtualCondition raised;

    SimSignal(VirtualTime time) {
        this.time = time;
        raised = time.newCondition();
    }

    @Override
    public boolean await(BooleanSupplier until, long timeoutNanos) {
        return raised.await(until, timeoutNanos);
    }

    @Override
    public void raise() {
        raised.wakeAll();
        time.point("raises a signal");
    }
}
