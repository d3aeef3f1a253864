package dev.faultline.model;

import dev.faultline.model.memory.AddressSpace;
import dev.faultline.model.memory.Frame;
import dev.faultline.model.memory.Pages;
import dev.faultline.model.memory.Pte;
import dev.faultline.model.memory.Vma;
import dev.faultline.uffd.PageCategory;
import dev.faultline.uffd.Pagemap;
import dev.faultline.uffd.PagemapScan;
import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.os.LinuxException;
import java.util.ArrayList;
import java.util.List;

/** One PAGEMAP_SCAN. Source: fs/proc/task_mmu.c, do_pagemap_scan and what it calls, Linux 6.18. */
final class PagemapScanner {
    private static final long KNOWN_FLAGS = PagemapScan.PROTECT | PagemapScan.REQUIRE_TRACKED;
    private static final long WRITTEN = PageCategory.WRITTEN.mask();
    private static final long TRACKED = PageCategory.WRITE_TRACKED.mask();

    /** A run of pages that agree in what is reported. */
    private record Run(long start, long lengthBytes, long categories) {}

    private final AddressSpace space;
    private final PagemapScan scan;
    private final List<Run> runs = new ArrayList<>();
    private long foundPages;
    /**
     * A huge page that only a part of was to be protected. It is left as it is, and the scan goes on, although it then says
     * that it stopped there: pagemap_scan_hugetlb_entry.
     */
    private long partOfHugePage = -1;

    PagemapScanner(AddressSpace space, PagemapScan scan) {
        this.space = space;
        this.scan = scan;
    }

    void report(Pagemap.PageRuns target) {
        runs.forEach(run -> target.accept(run.start(), run.lengthBytes(), run.categories()));
    }

    /** {@return where it stopped} */
    long run() {
        check();
        long end = scan.address() + scan.lengthBytes();
        for (Vma vma : space.mappings().in(scan.address(), end)) {
            long stop = scan(vma, Math.max(scan.address(), vma.start()), Math.min(end, vma.end()));
            if (stop >= 0) {
                return stop;
            }
        }
        if (partOfHugePage >= 0) {
            throw new IllegalStateException(String.format(
                    "PAGEMAP_SCAN stopped at 0x%x without progress: part of a huge page?", partOfHugePage));
        }
        return end;
    }

    private void check() {
        String call = String.format("ioctl(PAGEMAP_SCAN, start=0x%x)", scan.address());
        if (!space.isAlive()) {
            throw new LinuxException(call, Errno.ESRCH, "");
        }
        long bits = scan.inverted() | scan.allOf() | scan.anyOf() | scan.reported();
        long known = 0;
        for (PageCategory category : PageCategory.values()) {
            known |= category.mask();
        }
        if ((bits & ~known) != 0
                || (scan.flags() & ~KNOWN_FLAGS) != 0
                || !Pages.isAligned(scan.address(), Pages.BYTES)) {
            throw new LinuxException(call, Errno.EINVAL, "");
        }
    }

    private boolean protects() {
        return (scan.flags() & PagemapScan.PROTECT) != 0;
    }

    /** pagemap_scan_test_walk: {@return where the scan stopped within the mapping, or -1 if it goes on} */
    private long scan(Vma vma, long from, long to) {
        boolean tracked = vma.isAsync() && vma.usesMarkers();
        if (!tracked && (scan.flags() & PagemapScan.REQUIRE_TRACKED) != 0) {
            throw new LinuxException(String.format("ioctl(PAGEMAP_SCAN) at 0x%x", from), Errno.EPERM, "");
        }
        long ofMapping = tracked ? TRACKED : 0;
        long required = scan.allOf() & TRACKED;
        if ((!tracked && protects()) || ((ofMapping ^ scan.inverted()) & required) != required) {
            return -1;
        }
        for (long address = from; address < to; ) {
            long pageEnd = Math.min(to, vma.pageOf(address) + vma.pageBytes());
            long stop = scanPage(vma, ofMapping, address, pageEnd);
            if (stop >= 0) {
                return stop;
            }
            address = pageEnd;
        }
        return -1;
    }

    private long scanPage(Vma vma, long ofMapping, long from, long to) {
        Pte pte = space.pages().get(vma.pageOf(from));
        long categories = ofMapping | (pte == null ? ofNothing(vma, from) : categories(vma, pte));
        if (!matches(categories)) {
            return -1;
        }
        long pages = (to - from) >> Pages.SHIFT;
        long taken = scan.maxPages() == 0 ? pages : Math.min(pages, scan.maxPages() - foundPages);
        long stop = from + (taken << Pages.SHIFT);
        if (taken == 0) {
            return stop;
        }
        boolean protectsIt = protects() && (categories & WRITTEN) != 0;
        if (protectsIt && vma.isHuge() && stop - from != vma.pageBytes()) {
            partOfHugePage = from;
            return -1;
        }
        add(from, stop - from, categories & scan.reported());
        foundPages += taken;
        if (protectsIt && (!vma.isHuge() || pte instanceof Pte.Present)) {
            space.pages().set(vma.pageOf(from), pte == null ? Pte.Marker.PROTECTED : pte.protect());
        }
        return stop < to ? stop : -1;
    }

    private boolean matches(long categories) {
        long turned = categories ^ scan.inverted();
        return (turned & scan.allOf()) == scan.allOf() && (scan.anyOf() == 0 || (turned & scan.anyOf()) != 0);
    }

    private void add(long start, long lengthBytes, long categories) {
        Run last = runs.isEmpty() ? null : runs.getLast();
        if (last != null && last.start() + last.lengthBytes() == start && last.categories() == categories) {
            runs.set(runs.size() - 1, new Run(last.start(), last.lengthBytes() + lengthBytes, categories));
        } else {
            runs.add(new Run(start, lengthBytes, categories));
        }
    }

    /**
     * A page that does not exist. It counts as written where a page table could say otherwise, or where the mapping is
     * registered for it; a huge one never does.
     */
    private long ofNothing(Vma vma, long address) {
        if (vma.isHuge()) {
            return space.pages().hasUpperTable(address) ? PageCategory.HUGE.mask() : 0;
        }
        return vma.has(Vma.WRITE_PROTECT) || space.pages().hasTable(address) ? WRITTEN : 0;
    }

    /** pagemap_page_category, and for huge pages pagemap_hugetlb_category. */
    private static long categories(Vma vma, Pte pte) {
        long always = (vma.isHuge() ? PageCategory.HUGE.mask() : 0) | (pte.isProtected() ? 0 : WRITTEN);
        return always
                | switch (pte) {
                    case Pte.Present present -> PageCategory.PRESENT.mask() | ofFrame(present.frame());
                    case Pte.Swapped _ -> PageCategory.SWAPPED.mask();
                    case Pte.Marker marker -> PageCategory.SWAPPED.mask() | ofMarker(marker);
                };
    }

    private static long ofMarker(Pte.Marker marker) {
        return marker.kind() == Pte.Marker.Kind.GUARD ? PageCategory.GUARD.mask() : 0;
    }

    private static long ofFrame(Frame frame) {
        return switch (frame) {
            case Frame.Cached _ -> PageCategory.FILE.mask();
            case Frame.Zero _ -> PageCategory.ZERO.mask();
            case Frame.Anonymous _ -> 0;
        };
    }
}
