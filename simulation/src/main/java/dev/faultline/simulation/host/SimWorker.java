package dev.faultline.simulation.host;

import dev.faultline.migration.host.Worker;
import dev.faultline.model.VirtualCondition;
import dev.faultline.model.VirtualTime;

/** A thread of an engine. */
final class SimWorker implements Worker {
    private final VirtualCondition changed;
    private boolean ended;

    SimWorker(VirtualTime time) {
        changed = time.newCondition();
    }

    void end() {
        ended = true;
        changed.wakeAll();
    }

    @Override
    public boolean join(long timeoutNanos) {
        return changed.await(() -> ended, Math.max(1, timeoutNanos));
    }
}
