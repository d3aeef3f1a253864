package dev.faultline.model;

import dev.faultline.model.memory.Context;
import dev.faultline.model.schedule.Sleeper;
import dev.faultline.uffd.UffdWaiter;

/** Waits for the events of a userfaultfd of the model. */
final class ModelUffdWaiter implements UffdWaiter {
    private final ModelKernel kernel;
    private final Context context;
    private volatile boolean ended;

    ModelUffdWaiter(ModelKernel kernel, Context context) {
        this.kernel = kernel;
        this.context = context;
    }

    @Override
    public boolean await(long timeoutNanos) {
        return kernel.call("poll", () -> {
            while (!ended && !context.isReadable() && timeoutNanos != 0) {
                Sleeper sleeper = new Sleeper(Sleeper.Reason.READ, Math.max(timeoutNanos, Sleeper.FOREVER));
                context.addReader(sleeper);
                try {
                    kernel.turns().sleep(sleeper);
                } finally {
                    context.removeReader(sleeper);
                }
                if (sleeper.timedOut()) {
                    break;
                }
            }
            return !ended && context.isReadable();
        });
    }

    @Override
    public void end() {
        kernel.call("end of a wait", () -> {
            ended = true;
            context.wakeReaders(kernel.turns());
            return 0;
        });
    }

    @Override
    public boolean hasEnded() {
        return ended;
    }

    @Override
    public void close() {
        // There is nothing to give back.
    }
}
