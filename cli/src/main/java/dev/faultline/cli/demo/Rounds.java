package dev.faultline.cli.demo;

import dev.faultline.guest.kvm.control.GuestDescription;
import dev.faultline.guest.kvm.control.GuestStatistics;
import dev.faultline.guest.kvm.control.VcpuProgress;

/**
 * Whether a guest has gone through all of its pages since some moment. Each vCPU visits the pages of its sets in turn, so
 * that as many visits as it has pages, wherever they begin, are visits to all of them; the slowest vCPU counts.
 */
final class Rounds {
    private static final long PAGE_BYTES = 4096;

    private final long hotPages;
    private final long coldPages;
    private final GuestStatistics since;

    Rounds(GuestDescription guest, GuestStatistics since) {
        hotPages = guest.workingSetBytes() / PAGE_BYTES / guest.vcpus();
        // A guest rounds down to a power of two, so that this is enough.
        coldPages = guest.coldSetBytes() / PAGE_BYTES / guest.vcpus();
        this.since = since;
    }

    /** {@return from 0 to 1, how much of its way it has gone; 1 when it has seen every page} */
    double part(GuestStatistics now) {
        double part = 1;
        for (int i = 0; i < since.vcpus().size(); i++) {
            part = Math.min(part, part(since.vcpus().get(i), now.vcpus().get(i)));
        }
        return part;
    }

    private double part(VcpuProgress before, VcpuProgress after) {
        long cold = after.coldTouches() - before.coldTouches();
        long hot = after.pagesVerified() - before.pagesVerified() - cold;
        return Math.min(part(hot, hotPages), part(cold, coldPages));
    }

    private static double part(long visits, long pages) {
        return pages == 0 ? 1 : Math.min(1, (double) visits / pages);
    }
}
