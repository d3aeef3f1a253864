package dev.faultline.simulation.vm;

import dev.faultline.migration.guest.GuestException;
import dev.faultline.model.VirtualCondition;
import dev.faultline.model.VirtualTime;
import org.jspecify.annotations.Nullable;

/** Which engine has the machine: one at a time, until it detaches or ends. */
final class EngineClaim {
    private static final long END_NOTICE_NANOS = 500_000_000L;

    private final VirtualCondition changed;
    private @Nullable SimAttachment engine;

    EngineClaim(VirtualTime time) {
        changed = time.newCondition();
    }

    void take(SimAttachment attachment) {
        if (!changed.await(() -> engine == null, END_NOTICE_NANOS)) {
            throw new GuestException("Another engine is attached to this guest");
        }
        engine = attachment;
    }

    void end(SimAttachment attachment) {
        if (engine == attachment) {
            engine = null;
            changed.wakeAll();
        }
    }
}
