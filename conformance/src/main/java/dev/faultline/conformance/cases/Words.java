package dev.faultline.conformance.cases;

import dev.faultline.conformance.subject.Result;
import dev.faultline.conformance.subject.SubjectProcess;
import dev.faultline.uffd.Outcome;
import dev.faultline.uffd.PageCategory;
import dev.faultline.uffd.Pagemap;
import dev.faultline.uffd.PagemapScan;
import dev.faultline.uffd.UffdEvent;
import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.os.LinuxException;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What came of something, in words. */
final class Words {
    private static final long CATEGORIES = PageCategory.WRITTEN.mask()
            | PageCategory.PRESENT.mask()
            | PageCategory.FILE.mask()
            | PageCategory.SWAPPED.mask()
            | PageCategory.ZERO.mask();

    private static final Pattern SPACE = Pattern.compile(" +");
    private static final long KNOWN_CALLS = 0x1ff;

    private Words() {}

    /** {@return {@code OK}, {@code EEXIST -17} where the result field was written, or {@code EINVAL} where it was not} */
    static String of(Outcome outcome) {
        return switch (outcome.kind()) {
            case DONE -> "OK";
            case PARTIAL -> "EAGAIN " + outcome.bytesDone(Long.MAX_VALUE);
            default -> Errno.symbol(outcome.errno()) + (outcome.fieldWritten() ? " -" + outcome.errno() : "");
        };
    }

    /** {@return what an event tells} */
    static String of(UffdEvent event) {
        return switch (event) {
            case UffdEvent.PageFault fault -> flags(fault.flags());
            case UffdEvent.Fork _ -> "FORK";
            case UffdEvent.Remap _ -> "REMAP";
            case UffdEvent.Remove _ -> "REMOVE";
            case UffdEvent.Unmap _ -> "UNMAP";
        };
    }

    static String of(List<UffdEvent> events) {
        return events.isEmpty() ? "no event" : events.stream().map(Words::of).collect(Collectors.joining(" then "));
    }

    private static String flags(long flags) {
        String cause = (flags & UffdEvent.PageFault.MINOR) != 0
                ? "MINOR"
                : (flags & UffdEvent.PageFault.WRITE_PROTECT) != 0 ? "WP" : "MISSING";
        long known = UffdEvent.PageFault.MINOR | UffdEvent.PageFault.WRITE_PROTECT | UffdEvent.PageFault.WRITE;
        return cause
                + ((flags & UffdEvent.PageFault.WRITE) != 0 ? "+WRITE" : "")
                + ((flags & ~known) != 0 ? "+0x" + Long.toHexString(flags & ~known) : "");
    }

    /** A call that tells a number, or fails with a LinuxException. */
    @FunctionalInterface
    interface Call {
        long run();
    }

    /** {@return {@code OK}, or the errno with which a call failed} */
    static String of(Runnable call) {
        try {
            call.run();
            return "OK";
        } catch (LinuxException e) {
            return Errno.symbol(e.errno());
        }
    }

    /** {@return {@code OK}, or the errno that a system call returned negated} */
    static String of(long result) {
        return result < 0 ? Errno.symbol((int) -result) : "OK";
    }

    /** {@return the calls that a registration named, of those of Linux 6.18, or the errno with which it failed} */
    static String mask(Call registration) {
        try {
            return "0x" + Long.toHexString(registration.run() & KNOWN_CALLS);
        } catch (LinuxException e) {
            return Errno.symbol(e.errno());
        }
    }

    /** {@return how a touch of a page came out: without an event, with which, or with a signal} */
    static String touch(Scene scene, Result result) {
        return switch (result) {
            case Result.Done done -> "silent " + done.value();
            case Result.Blocked _ -> of(scene.read(scene.uffd()));
            case Result.Signalled signalled -> signalled.toString();
            case Result.Failed failed -> failed.toString();
        };
    }

    /** {@return the words of a text} */
    static List<String> split(String text) {
        return SPACE.splitAsStream(text).toList();
    }

    /** {@return some observations, in order} */
    static String join(String... observations) {
        return String.join("; ", observations);
    }

    /** {@return the value if it is done, else what happened} */
    static String value(Result result) {
        return result.isDone() ? Long.toString(result.value()) : result.toString();
    }

    /**
     * {@return what a page table entry holds: {@code none}, {@code file} or {@code own} or {@code zero} for a page of the
     * file, of the process, or the page of zeros, {@code entry} for swap, poison
     * or nothing but protection; {@code wp} with protection from writing}
     */
    static String entry(Scene scene, long address) {
        return entry(scene.process(), scene, address);
    }

    /** {@return the same of another process} */
    static String entry(SubjectProcess process, Scene scene, long address) {
        long[] found = {0};
        try (Pagemap pagemap = process.pagemap()) {
            pagemap.scan(
                    PagemapScan.anyOf(address, scene.pageBytes(), CATEGORIES),
                    (_, _, categories) -> found[0] |= categories);
        }
        boolean written = has(found[0], PageCategory.WRITTEN);
        if (has(found[0], PageCategory.PRESENT)) {
            String page = has(found[0], PageCategory.ZERO) ? "zero" : has(found[0], PageCategory.FILE) ? "file" : "own";
            return page + (written ? "" : " wp");
        }
        if (has(found[0], PageCategory.SWAPPED)) {
            return written ? "entry" : "entry wp";
        }
        return "none";
    }

    private static boolean has(long mask, PageCategory category) {
        return (mask & category.mask()) != 0;
    }
}
