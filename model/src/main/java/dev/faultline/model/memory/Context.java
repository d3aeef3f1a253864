package dev.faultline.model.memory;

import dev.faultline.model.schedule.Sleeper;
import dev.faultline.model.schedule.Turns;
import dev.faultline.uffd.EventBatch;
import dev.faultline.uffd.UffdEvent;
import dev.faultline.uffd.UffdFeature;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A userfaultfd: what it was asked to report, and the queues of those who wait for it. Source: fs/userfaultfd.c, struct
 * userfaultfd_ctx, Linux 6.18.
 */
public final class Context {
    /** A thread that waits for a page. */
    public record Fault(UffdEvent.PageFault message, Sleeper sleeper) {}

    /** A thread that waits until its event has been read. */
    public static final class Event {
        private final UffdEvent message;
        private final Sleeper sleeper;
        private final @Nullable Context child;
        private boolean complete;

        public Event(UffdEvent message, @Nullable Context child) {
            this.message = message;
            this.child = child;
            sleeper = new Sleeper(Sleeper.Reason.EVENT);
        }

        public Sleeper sleeper() {
            return sleeper;
        }

        /** {@return whether it was read} */
        public boolean isComplete() {
            return complete;
        }

        /** {@return of a FORK: the child's userfaultfd, which nobody owns until the event is read} */
        public @Nullable Context child() {
            return child;
        }
    }

    private final AddressSpace space;
    private final long features;
    private final boolean userModeOnly;
    private final Deque<Fault> unread = new ArrayDeque<>();
    private final List<Fault> delivered = new ArrayList<>();
    private final Deque<Event> events = new ArrayDeque<>();
    private final List<Sleeper> readers = new ArrayList<>();
    private int changing;
    private boolean owned;
    private boolean released;

    public Context(AddressSpace space, long features, boolean userModeOnly) {
        this.space = space;
        this.features = features;
        this.userModeOnly = userModeOnly;
    }

    /** {@return a child's userfaultfd, which has what its parent's was asked for} */
    public Context forChild(AddressSpace child) {
        return new Context(child, features, userModeOnly);
    }

    public AddressSpace space() {
        return space;
    }

    public boolean has(UffdFeature feature) {
        return (features & feature.mask()) != 0;
    }

    public boolean isUserModeOnly() {
        return userModeOnly;
    }

    boolean marksUnpopulated() {
        return has(UffdFeature.WP_UNPOPULATED) || isAsync();
    }

    public boolean isAsync() {
        return has(UffdFeature.WP_ASYNC);
    }

    /** {@return whether an event is on its way: mmap_changing is not 0} */
    public boolean isChanging() {
        return changing > 0;
    }

    public void beginChange() {
        changing++;
    }

    public void endChange() {
        changing--;
    }

    /** {@return of a child's: whether the event that brings it was read} */
    public boolean isOwned() {
        return owned;
    }

    public boolean isReleased() {
        return released;
    }

    public void release() {
        released = true;
    }

    public void add(Fault fault, Turns turns) {
        unread.add(fault);
        wakeReaders(turns);
    }

    /** Takes a fault out of the queue it is in: its thread goes on. */
    public void remove(Fault fault) {
        unread.remove(fault);
        delivered.remove(fault);
    }

    public void add(Event event, Turns turns) {
        events.add(event);
        wakeReaders(turns);
    }

    public void remove(Event event) {
        events.remove(event);
    }

    /** Wakes those that wait for a page of a range, read or not. Their faults leave the queue at once. */
    public void wake(long start, long lengthBytes, Turns turns) {
        List<Fault> woken = new ArrayList<>();
        for (Fault fault : allFaults()) {
            long address = fault.message().address();
            if (start <= address && address - start < lengthBytes) {
                woken.add(fault);
            }
        }
        for (Fault fault : woken) {
            remove(fault);
            turns.wake(fault.sleeper());
        }
    }

    private List<Fault> allFaults() {
        List<Fault> all = new ArrayList<>(unread);
        all.addAll(delivered);
        return all;
    }

    /** Wakes everybody, events included: it is being closed. */
    public void wakeAll(Turns turns) {
        for (Fault fault : allFaults()) {
            remove(fault);
            turns.wake(fault.sleeper());
        }
        for (Event event : events) {
            turns.wake(event.sleeper());
        }
    }

    public boolean isReadable() {
        return !unread.isEmpty() || !events.isEmpty();
    }

    /**
     * Takes one message, faults first, each queue in its order. Source: fs/userfaultfd.c, userfaultfd_ctx_read.
     *
     * @param numbers gives a FORK's userfaultfd its number
     * @return whether there was one
     */
    public boolean readInto(EventBatch batch, int index, ForkNumbers numbers, Turns turns) {
        Fault fault = unread.poll();
        if (fault != null) {
            delivered.add(fault);
            batch.put(index, fault.message());
            return true;
        }
        Event event = events.poll();
        if (event == null) {
            return false;
        }
        event.complete = true;
        Context child = event.child();
        if (child != null) {
            child.owned = true;
        }
        batch.put(index, child == null ? event.message : new UffdEvent.Fork(numbers.numberOf(child)));
        turns.wake(event.sleeper());
        return true;
    }

    /** Gives the userfaultfds of children numbers, as the kernel gives them descriptors when their event is read. */
    @FunctionalInterface
    public interface ForkNumbers {
        int numberOf(Context child);
    }

    /** {@return faults that nobody has read} */
    public int unreadFaults() {
        return unread.size();
    }

    /** {@return faults whose threads have not been woken, read or not} */
    public int unresolvedFaults() {
        return unread.size() + delivered.size();
    }

    public void addReader(Sleeper sleeper) {
        readers.add(sleeper);
    }

    public void removeReader(Sleeper sleeper) {
        readers.remove(sleeper);
    }

    /** Wakes all readers: there is something to read, or somebody is to stop waiting. */
    public void wakeReaders(Turns turns) {
        for (Sleeper reader : List.copyOf(readers)) {
            turns.wake(reader);
        }
    }
}
