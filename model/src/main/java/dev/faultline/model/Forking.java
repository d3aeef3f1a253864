package dev.faultline.model;

import dev.faultline.model.memory.AddressSpace;
import dev.faultline.model.memory.AnonIdentity;
import dev.faultline.model.memory.Context;
import dev.faultline.model.memory.PageCache;
import dev.faultline.model.memory.Pte;
import dev.faultline.model.memory.Vma;
import dev.faultline.model.schedule.Turns;
import dev.faultline.uffd.UffdEvent;
import dev.faultline.uffd.UffdFeature;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** fork. Source: mm/mmap.c, dup_mmap; mm/memory.c, copy_page_range; fs/userfaultfd.c, dup_userfaultfd, Linux 6.18. */
final class Forking {
    private final Turns turns;
    private final Events events;
    private final Registration registration;

    Forking(Turns turns, Events events, Registration registration) {
        this.turns = turns;
        this.events = events;
        this.registration = registration;
    }

    /** Copies the caller's memory into a child's, and announces it to those who asked to know. */
    void fork(ModelThread by, AddressSpace child) {
        AddressSpace parent = by.space();
        parent.lock().awaitReaders(turns);
        Map<Context, Context> children = new LinkedHashMap<>();
        for (Vma vma : List.copyOf(parent.mappings().all())) {
            if (!vma.isDontFork()) {
                copy(parent, child, vma, childContext(vma.context(), child, children));
            }
        }
        children.forEach((context, ofChild) -> announce(by, context, ofChild));
    }

    /** dup_userfaultfd: one for each of the parent's that has EVENT_FORK. */
    private @Nullable Context childContext(
            @Nullable Context context, AddressSpace child, Map<Context, Context> children) {
        if (context == null || !context.has(UffdFeature.EVENT_FORK)) {
            return null;
        }
        Context known = children.get(context);
        if (known != null) {
            return known;
        }
        events.begin(context);
        Context created = context.forChild(child);
        children.put(context, created);
        return created;
    }

    /** A child whose userfaultfd nobody will get is not registered. */
    private void announce(ModelThread by, Context context, Context ofChild) {
        events.complete(by, context, new UffdEvent.Fork(0), ofChild);
        if (context.isReleased() && !ofChild.isOwned()) {
            registration.release(ofChild);
        }
    }

    private static void copy(AddressSpace parent, AddressSpace child, Vma vma, @Nullable Context context) {
        Vma copy = vma.copyAt(vma.start(), vma.start(), vma.end() - vma.start());
        copy.register(context, context == null ? 0 : vma.modes());
        if (vma.identity() != null) {
            copy.setIdentity(AnonIdentity.create(true));
        }
        PageCache file = vma.file();
        if (file != null) {
            file.addMapper(child);
        }
        child.mappings().insertCopy(copy);
        if (copy.has(Vma.WRITE_PROTECT) || vma.identity() != null || vma.isGuarded()) {
            copyPages(parent, child, vma, copy.has(Vma.WRITE_PROTECT));
        }
    }

    /**
     * vma_needs_copy: pages that a fault would find again are not copied; the rest, and all where the child's writes are
     * reported, are.
     */
    private static void copyPages(AddressSpace parent, AddressSpace child, Vma vma, boolean keepsProtection) {
        for (long address = vma.start(); address < vma.end(); address += vma.pageBytes()) {
            if (vma.isHuge()
                    ? parent.pages().hasUpperTable(address)
                    : parent.pages().hasTable(address)) {
                child.pages().allocateTable(address);
            }
            Pte pte = parent.pages().get(address);
            if (pte != null) {
                Pte shared = share(vma, pte);
                parent.pages().set(address, shared);
                boolean keeps = keepsProtection && !isPoisonOrGuard(shared);
                child.pages().set(address, keeps ? shared : shared.withoutProtection());
            }
        }
    }

    private static boolean isPoisonOrGuard(Pte pte) {
        return pte instanceof Pte.Marker marker && marker.kind() != Pte.Marker.Kind.PROTECTION;
    }

    /** copy_present_ptes: pages of the process's own are read-only from now on, in both. */
    private static Pte share(Vma vma, Pte pte) {
        return switch (pte) {
            case Pte.Present present
            when !vma.isShared() -> new Pte.Present(present.frame(), false, present.isProtected(), false);
            case Pte.Swapped swapped -> new Pte.Swapped(swapped.frame(), swapped.isProtected(), false);
            case Pte.Present _, Pte.Marker _ -> pte;
        };
    }
}
