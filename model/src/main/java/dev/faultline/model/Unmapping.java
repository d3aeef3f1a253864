package dev.faultline.model;

import dev.faultline.model.memory.AddressSpace;
import dev.faultline.model.memory.Context;
import dev.faultline.model.memory.PageTable;
import dev.faultline.model.memory.Pages;
import dev.faultline.model.memory.Vma;
import dev.faultline.model.memory.VmaTree;
import dev.faultline.uffd.UffdEvent;
import dev.faultline.uffd.UffdFeature;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongConsumer;

/**
 * Takes mappings away; what is to be announced is announced afterwards. Source: mm/vma.c, do_vmi_munmap;
 * fs/userfaultfd.c, userfaultfd_unmap_prep and userfaultfd_unmap_complete, Linux 6.18.
 */
final class Unmapping {
    /** An UNMAP that is still to be announced, to one userfaultfd. */
    record Pending(Context context, UffdEvent.Unmap message) {}

    private final Events events;
    private final Zap zap;

    Unmapping(Events events, Zap zap) {
        this.events = events;
        this.zap = zap;
    }

    /** {@return whether the range can be cut out: not within a huge page} */
    static boolean isPossible(AddressSpace space, long start, long end) {
        for (Vma vma : space.mappings().in(start, end)) {
            if (!VmaTree.canSplit(vma, start) || !VmaTree.canSplit(vma, end)) {
                return false;
            }
        }
        return true;
    }

    /** Unmaps a range that can be cut out. {@return what is to be announced, one for each userfaultfd} */
    List<Pending> unmap(AddressSpace space, long start, long end) {
        Set<Context> contexts = new LinkedHashSet<>();
        List<Vma> found = space.mappings().in(start, end);
        for (Vma vma : found) {
            Context context = vma.context();
            if (context != null && context.has(UffdFeature.EVENT_UNMAP)) {
                contexts.add(context);
            }
        }
        List<Pending> pending = new ArrayList<>();
        for (Context context : contexts) {
            events.begin(context);
            pending.add(new Pending(context, new UffdEvent.Unmap(start, end - start)));
        }
        for (Vma vma : found) {
            zap.range(space, vma, Math.max(start, vma.start()), Math.min(end, vma.end()), Zap.Extent.ALL);
        }
        space.mappings().remove(start, end);
        freeTables(space, start, end);
        return pending;
    }

    /** mm/memory.c, free_pgtables: a table goes when no mapping is left in what it covers. */
    private static void freeTables(AddressSpace space, long start, long end) {
        PageTable pages = space.pages();
        forEmpty(space, start, end, Pages.HUGE_BYTES, pages::freeTable);
        forEmpty(space, start, end, Pages.UPPER_BYTES, pages::freeUpperTable);
    }

    private static void forEmpty(AddressSpace space, long start, long end, long coveredBytes, LongConsumer free) {
        for (long table = Pages.roundDown(start, coveredBytes); table < end; table += coveredBytes) {
            if (space.mappings().in(table, table + coveredBytes).isEmpty()) {
                free.accept(table);
            }
        }
    }

    void announce(ModelThread by, List<Pending> pending) {
        for (Pending one : pending) {
            events.complete(by, one.context(), one.message(), null);
        }
    }
}
