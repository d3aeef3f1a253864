package dev.faultline.guest.kvm.control;

import dev.faultline.migration.guest.GuestState;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The states of a guest and the steps between them, one step at a time. The machine keeps the state; what may follow what
 * is decided here.
 *
 * <pre>
 *              load-state            resume
 *   INCOMING ─────────────▶ PAUSED ◀────────▶ RUNNING
 *                           │    ▲   pause
 *                relinquish │    └── save-state (stays PAUSED)
 *                           ▼
 *                      RELINQUISHED
 * </pre>
 *
 * Pausing a paused guest, resuming a running one and relinquishing
 * a relinquished one succeed without doing anything, so that an engine whose answer was lost can ask again.
 */
final class Lifecycle {
    /** What moves a guest from one state to another. */
    enum Step {
        PAUSE(GuestState.RUNNING, GuestState.PAUSED),
        RESUME(GuestState.PAUSED, GuestState.RUNNING),
        SAVE_STATE(GuestState.PAUSED, GuestState.PAUSED),
        LOAD_STATE(GuestState.INCOMING, GuestState.PAUSED),
        RELINQUISH(GuestState.PAUSED, GuestState.RELINQUISHED);

        private final GuestState from;
        private final GuestState to;

        Step(GuestState from, GuestState to) {
            this.from = from;
            this.to = to;
        }

        /** The name of the command that asks for it. */
        String command() {
            return Json.lowerCase(this).replace('_', '-');
        }

        private boolean carriesData() {
            return this == SAVE_STATE || this == LOAD_STATE;
        }
    }

    private final ReentrantLock stepping = new ReentrantLock();
    private final Supplier<GuestState> current;

    /** Makes the rules for a machine whose state that is. */
    Lifecycle(Supplier<GuestState> current) {
        this.current = current;
    }

    /**
     * Takes a step, after those before it.
     *
     * @param step which
     * @param permission throws if the step may not be taken; asked when it is this step's turn
     * @param action takes it; not done when the guest is where the step leads already
     * @return what the action returned, or {@code otherwise}
     * @throws RefusedException WRONG_STATE if the guest's state does not allow it
     */
    <T> T take(Step step, Runnable permission, Supplier<T> action, T otherwise) {
        stepping.lock();
        try {
            permission.run();
            GuestState state = current.get();
            if (state == step.to && !step.carriesData()) {
                return otherwise;
            }
            if (state != step.from) {
                throw new RefusedException(ErrorClass.WRONG_STATE, reason(step, state));
            }
            return action.get();
        } finally {
            stepping.unlock();
        }
    }

    private static String reason(Step step, GuestState state) {
        if (state == GuestState.RELINQUISHED) {
            return step.command() + " is refused: this guest was handed over to another host and never runs here again";
        }
        if (step == Step.RESUME && state == GuestState.INCOMING) {
            return "resume is refused: this guest waits for a device state, so load-state comes first";
        }
        return step.command() + " needs " + described(step.from) + " guest; this one is " + Json.lowerCase(state);
    }

    private static String described(GuestState state) {
        return (state == GuestState.INCOMING ? "an " : "a ") + Json.lowerCase(state);
    }
}
