package dev.faultline.conformance.differential;

import dev.faultline.conformance.subject.Result;
import dev.faultline.uffd.PageCategory;
import dev.faultline.uffd.UffdEvent;
import org.jspecify.annotations.Nullable;

/** What came of something, in words that are the same for every subject. */
final class Words {
    /** What both sides tell of a page; no soft-dirty marks, which not every kernel has. */
    static final long CATEGORIES = PageCategory.WRITTEN.mask()
            | PageCategory.FILE.mask()
            | PageCategory.PRESENT.mask()
            | PageCategory.SWAPPED.mask()
            | PageCategory.ZERO.mask()
            | PageCategory.HUGE.mask()
            | PageCategory.GUARD.mask();

    private Words() {}

    /** {@return an address as a page, with the byte in it if it is not the first} */
    static String page(long address, World world) {
        long from = address - world.base();
        long rest = Math.floorMod(from, world.pageBytes());
        boolean last = rest == world.pageBytes() - 1;
        return Math.floorDiv(from, world.pageBytes()) + (rest == 0 || last ? "" : "+" + rest);
    }

    static String of(Result result, @Nullable Step step, World world) {
        return switch (result) {
            case Result.Done done -> done(done.value(), step, world);
            default -> result.toString();
        };
    }

    private static String done(long value, @Nullable Step step, World world) {
        return switch (step) {
            case Step.Fork _ -> "child";
            case Step.Map _, Step.Remap _ -> "at " + page(value, world);
            case null, default -> Long.toString(value);
        };
    }

    static String of(UffdEvent event, World world) {
        return switch (event) {
            case UffdEvent.PageFault fault ->
                cause(fault.flags()) + " " + page(fault.address(), world) + " " + world.threadName(fault.threadId());
            case UffdEvent.Fork _ -> "FORK";
            case UffdEvent.Remap remap ->
                "REMAP " + page(remap.from(), world) + " to " + page(remap.to(), world) + " of "
                        + remap.lengthBytes() / world.pageBytes();
            case UffdEvent.Remove remove -> "REMOVE " + range(remove.start(), remove.lengthBytes(), world);
            case UffdEvent.Unmap unmap -> "UNMAP " + range(unmap.start(), unmap.lengthBytes(), world);
        };
    }

    private static String range(long start, long lengthBytes, World world) {
        return page(start, world) + " of " + lengthBytes / world.pageBytes();
    }

    private static String cause(long flags) {
        String cause = (flags & UffdEvent.PageFault.MINOR) != 0
                ? "MINOR"
                : (flags & UffdEvent.PageFault.WRITE_PROTECT) != 0 ? "WP" : "MISSING";
        return cause + ((flags & UffdEvent.PageFault.WRITE) != 0 ? "+WRITE" : "");
    }
}
