package dev.faultline.model;

import dev.faultline.model.memory.Context;
import dev.faultline.model.memory.Vma;
import dev.faultline.model.schedule.Turns;
import dev.faultline.uffd.UffdEvent;
import dev.faultline.uffd.UffdFeature;
import org.jspecify.annotations.Nullable;

/**
 * Announces what a process does to its memory and waits until it has been read. From the beginning of the operation until
 * the waiting thread itself has gone on, fills are refused with EAGAIN: mmap_changing. Source: fs/userfaultfd.c,
 * userfaultfd_event_wait_completion and its callers, Linux 6.18.
 */
final class Events {
    private final Turns turns;

    Events(Turns turns) {
        this.turns = turns;
    }

    /** Begins an operation that will be announced: fills that go on end first. */
    void begin(Context context) {
        context.space().lock().awaitReaders(turns);
        context.beginChange();
    }

    /** Announces an operation that was begun, and ends it. */
    void complete(ModelThread by, Context context, UffdEvent message, @Nullable Context child) {
        Context.Event event = new Context.Event(message, child);
        try {
            if (!context.isReleased()) {
                context.add(event, turns);
                by.sleep(event.sleeper());
            }
        } finally {
            context.remove(event);
            context.endChange();
        }
        turns.point("goes on after its event");
    }

    /** Announces that a part of a mapping is given back, before it is: userfaultfd_remove. */
    boolean remove(ModelThread by, Vma vma, long from, long to) {
        Context context = vma.context();
        if (context == null || !context.has(UffdFeature.EVENT_REMOVE)) {
            return false;
        }
        begin(context);
        complete(by, context, new UffdEvent.Remove(from, to - from), null);
        return true;
    }
}
