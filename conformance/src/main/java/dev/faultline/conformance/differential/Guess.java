package dev.faultline.conformance.differential;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * A rough idea of what a program has led to, for the choice of its next step: it need not be right. Without it most steps
 * would be of threads that wait already.
 */
final class Guess {
    private static final int NOWHERE = -1;

    private final boolean[] registered;
    /** Whether there is a mapping. */
    private final boolean[] inMapping;
    /** Whether the page is in the page table. */
    private final boolean[] mapped;

    private final boolean[] open = new boolean[World.UFFDS];
    /** The page that each thread waits for. */
    private final int[] waitsFor;

    Guess(int pages, int slots, int threads) {
        inMapping = new boolean[slots];
        Arrays.fill(inMapping, 0, pages, true);
        registered = new boolean[slots];
        mapped = new boolean[slots];
        waitsFor = new int[threads];
        Arrays.fill(waitsFor, NOWHERE);
    }

    /** {@return a thread, most often one that does not wait} */
    int thread(SplittableRandom random) {
        int thread = random.nextInt(waitsFor.length);
        for (int i = 0; i < waitsFor.length && waitsFor[thread] != NOWHERE && random.nextInt(10) > 0; i++) {
            thread = (thread + 1) % waitsFor.length;
        }
        return thread;
    }

    boolean allWait() {
        return Arrays.stream(waitsFor).noneMatch(page -> page == NOWHERE);
    }

    /** {@return a page that a thread waits for, or the other one if none does} */
    int waitedFor(SplittableRandom random, int otherwise) {
        int first = random.nextInt(waitsFor.length);
        for (int i = 0; i < waitsFor.length; i++) {
            int page = waitsFor[(first + i) % waitsFor.length];
            if (page != NOWHERE) {
                return page;
            }
        }
        return otherwise;
    }

    boolean anyWaits() {
        return Arrays.stream(waitsFor).anyMatch(page -> page != NOWHERE);
    }

    boolean isOpen(int uffd) {
        return open[uffd];
    }

    /** {@return a page that is registered, or the other one if none is} */
    int registered(SplittableRandom random, int otherwise) {
        return choose(registered, random, otherwise);
    }

    /** {@return a page of a mapping, or the other one if there is none} */
    int inMapping(SplittableRandom random, int otherwise) {
        return inMapping[otherwise] ? otherwise : choose(inMapping, random, otherwise);
    }

    private static int choose(boolean[] of, SplittableRandom random, int otherwise) {
        int first = random.nextInt(of.length);
        for (int i = 0; i < of.length; i++) {
            int page = (first + i) % of.length;
            if (of[page]) {
                return page;
            }
        }
        return otherwise;
    }

    /** Takes note of a step. */
    void after(Step step) {
        switch (step) {
            case Step.Open opened -> open[opened.uffd()] = true;
            case Step.Register register -> fill(registered, register.page(), register.pages(), true);
            case Step.Unregister unregister -> {
                fill(registered, unregister.page(), unregister.pages(), false);
                release(unregister.page(), unregister.pages());
            }
            case Step.Close close -> {
                open[close.uffd()] = false;
                Arrays.fill(registered, false);
                release(0, registered.length);
            }
            case Step.Copy copy -> resolved(copy.page(), copy.pages());
            case Step.ZeroPage zeroPage -> resolved(zeroPage.page(), zeroPage.pages());
            case Step.Continue resume -> resolved(resume.page(), resume.pages());
            case Step.Move move -> resolved(move.page(), move.pages());
            case Step.Poison poison -> resolved(poison.page(), poison.pages());
            case Step.Load load -> touch(load.thread(), load.page());
            case Step.Store store -> touch(store.thread(), store.page());
            case Step.KernelRead read -> touch(read.thread(), read.page());
            case Step.KernelWrite write -> touch(write.thread(), write.page());
            case Step.Advise advise -> fill(mapped, advise.page(), advise.pages(), false);
            case Step.PunchHole punch -> fill(mapped, punch.page(), punch.pages(), false);
            case Step.Map map -> remapped(map.page(), map.pages(), true);
            case Step.Unmap unmap -> remapped(unmap.page(), unmap.pages(), false);
            case Step.Remap(var _, int page, int pages, int newPages, int to, boolean keepOld) -> {
                if (to >= 0) {
                    remapped(to, newPages, true);
                    remapped(page, pages, keepOld);
                }
            }
            case Step.Race race -> race.steps().forEach(this::after);
            default -> {
                // It changes little of this.
            }
        }
    }

    private void remapped(int page, int pages, boolean isThere) {
        fill(inMapping, page, pages, isThere);
        fill(mapped, page, pages, false);
        fill(registered, page, pages, false);
    }

    private void touch(int thread, int page) {
        if (waitsFor[thread] != NOWHERE) {
            return;
        }
        if (registered[page] && !mapped[page]) {
            waitsFor[thread] = page;
        } else {
            mapped[page] = true;
        }
    }

    private void resolved(int page, int pages) {
        fill(mapped, page, pages, true);
        release(page, pages);
    }

    private void release(int page, int pages) {
        for (int i = 0; i < waitsFor.length; i++) {
            if (waitsFor[i] >= page && waitsFor[i] < page + pages) {
                waitsFor[i] = NOWHERE;
            }
        }
    }

    private static void fill(boolean[] of, int page, int pages, boolean value) {
        int end = Math.min(of.length, page + pages);
        if (page < end) {
            Arrays.fill(of, page, end, value);
        }
    }
}
