package dev.faultline.cli.demo;

import dev.faultline.guest.kvm.control.GuestDescription;
import dev.faultline.guest.kvm.control.GuestStatistics;

/** Whether a guest has gone through all of its pages since some moment. */
final class Rounds {
    private static final long PAGE_BYTES = 4096;

    private final GuestDescription guest;
    private final GuestStatistics since;

    Rounds(GuestDescription guest, GuestStatistics since) {
        this.guest = guest;
        this.since = since;
    }

    /** {@return from 0 to 1, how much of its way it has gone; 1 when it has seen every page} */
    double part(GuestStatistics now) {
        double hot = part(hotTouches(now) - hotTouches(since), guest.workingSetBytes());
        double cold = part(now.coldTouches() - since.coldTouches(), guest.coldSetBytes());
        return Math.min(hot, cold);
    }

    private static long hotTouches(GuestStatistics statistics) {
        return statistics.pagesVerified() - statistics.coldTouches();
    }

    private static double part(long touches, long setBytes) {
        long pages = setBytes / PAGE_BYTES;
        return pages == 0 ? 1 : Math.min(1, (double) touches / pages);
    }
}
