package dev.faultline.simulation.vm;

import dev.faultline.migration.guest.GuestException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A command to a machine, on its way. */
final class Command<T> {
    private final String name;
    private final Supplier<T> action;
    private @Nullable T answer;
    private @Nullable GuestException refusal;
    private boolean published;

    Command(String name, Supplier<T> action) {
        this.name = name;
        this.action = action;
    }

    String name() {
        return name;
    }

    void carryOut() {
        try {
            answer = action.get();
        } catch (GuestException e) {
            refusal = e;
        }
    }

    void refuse(String why) {
        refusal = new GuestException("The guest refused '" + name + "': " + why);
    }

    boolean isDecided() {
        return answer != null || refusal != null;
    }

    /** The caller hears of it. */
    void publish() {
        published = true;
    }

    boolean isAnswered() {
        return published;
    }

    T answer() {
        if (answer == null || !published) {
            throw refusal == null ? new GuestException("The guest process has gone") : refusal;
        }
        return answer;
    }
}
