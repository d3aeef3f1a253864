package dev.faultline.model;

import dev.faultline.model.memory.Context;
import dev.faultline.model.memory.Vma;
import dev.faultline.model.schedule.Sleeper;
import dev.faultline.model.schedule.Turns;
import dev.faultline.uffd.UffdEvent;
import dev.faultline.uffd.UffdFeature;

/** Hands a fault to a userfaultfd and waits. Source: fs/userfaultfd.c, handle_userfault, Linux 6.18. */
final class Userfaults {
    private final Turns turns;

    Userfaults(Turns turns) {
        this.turns = turns;
    }

    /**
     * Reports a fault and sleeps until somebody wakes the thread, which then touches the page again. What it waits for is
     * looked at again under the queue's lock before it sleeps; here nothing can have changed since.
     *
     * @param reason MISSING, WRITE_PROTECT or MINOR of {@link Vma}
     * @throws SigbusException if the userfaultfd is not to be asked: SIGBUS, or USER_MODE_ONLY and an access of the kernel
     */
    void raise(Vma vma, Touch touch, int reason) {
        Context context = vma.context();
        if (context == null || context.has(UffdFeature.SIGBUS) || (!touch.user() && context.isUserModeOnly())) {
            throw new SigbusException(touch.address(), false);
        }
        if (!context.isReleased()) {
            Context.Fault fault =
                    new Context.Fault(message(context, vma, touch, reason), new Sleeper(Sleeper.Reason.FAULT));
            context.add(fault, turns);
            try {
                touch.by().sleep(fault.sleeper());
            } finally {
                context.remove(fault);
            }
        }
        turns.point("touches again");
    }

    private static UffdEvent.PageFault message(Context context, Vma vma, Touch touch, int reason) {
        long flags = (touch.write() ? UffdEvent.PageFault.WRITE : 0)
                | (reason == Vma.WRITE_PROTECT ? UffdEvent.PageFault.WRITE_PROTECT : 0)
                | (reason == Vma.MINOR ? UffdEvent.PageFault.MINOR : 0);
        long address = context.has(UffdFeature.EXACT_ADDRESS) ? touch.address() : vma.pageOf(touch.address());
        int thread = context.has(UffdFeature.THREAD_ID) ? touch.by().id() : 0;
        return new UffdEvent.PageFault(flags, address, thread);
    }
}
