package dev.faultline.conformance.differential;

import dev.faultline.conformance.subject.SubjectFile;
import dev.faultline.conformance.subject.SubjectProcess.MappedRange;
import dev.faultline.uffd.PagemapScan;
import dev.faultline.uffd.Uffd;
import dev.faultline.uffd.UffdBacklog;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Looks at a world after a step, without changing it. */
final class Observer implements AutoCloseable {
    /** The flags that userfaultfd and protections have to do with; others depend on the kernel's configuration. */
    private static final Set<String> FLAGS = Set.of("rd", "wr", "sh", "mr", "mw", "ms", "ht", "um", "uw", "ui");

    private final World world;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment bytes;

    Observer(World world) {
        this.world = world;
        bytes = arena.allocate(World.offsetOf(world.program().threads()));
    }

    Observation look(Step step, String result) {
        return new Observation(result, threads(), backlog(), pages(), file(), mappings(step));
    }

    private String threads() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < world.program().threads(); i++) {
            Step doing = world.doing(i);
            if (doing != null) {
                text.append(text.isEmpty() ? "T" : ", T").append(i).append(' ');
                text.append(Words.of(world.thread(i).result(), doing, world));
            }
        }
        return text.toString();
    }

    private String backlog() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < World.UFFDS; i++) {
            Uffd uffd = world.uffd(i);
            if (uffd != null) {
                UffdBacklog backlog = uffd.backlog();
                text.append(text.isEmpty() ? "" : ", ").append(backlog.unread() + "/" + backlog.unresolved());
            }
        }
        return text.toString();
    }

    private String pages() {
        PageRunsText runs = new PageRunsText(world);
        long length = world.bytes(world.program().slots());
        world.pagemap().scan(new PagemapScan(world.base(), length, 0, 0, 0, 0, Words.CATEGORIES, 0), runs);
        return runs.toString();
    }

    private String file() {
        SubjectFile file = world.file();
        if (file == null) {
            return "";
        }
        StringBuilder text = new StringBuilder();
        text.append(file.allocatedBytes() / world.pageBytes()).append(" of ").append(world.filePages());
        for (int page = 0; page < Math.min(world.filePages(), world.program().slots()); page++) {
            long offset = world.bytes(page);
            boolean hole = file.nextData(offset) != offset;
            text.append(hole ? " -" : " " + content(file, offset));
        }
        return text.toString();
    }

    private String content(SubjectFile file, long offset) {
        file.read(offset, bytes);
        StringBuilder text = new StringBuilder();
        for (int thread = 0; thread < world.program().threads(); thread++) {
            int value = Byte.toUnsignedInt(bytes.get(ValueLayout.JAVA_BYTE, World.offsetOf(thread)));
            text.append(thread == 0 ? "" : ".").append(value);
        }
        return text.toString();
    }

    private String mappings(Step step) {
        int page = switch (step) {
            case Step.Register register -> register.page();
            case Step.Unregister unregister -> unregister.page();
            case Step.Map map -> map.page();
            case Step.Unmap unmap -> unmap.page();
            case Step.Remap remap -> remap.to() < 0 ? remap.page() : remap.to();
            case Step.Protect protect -> protect.page();
            case Step.Close _, Step.Read _, Step.Race _ -> 0;
            default -> -1;
        };
        return page < 0 ? "" : maps(world.address(page));
    }

    private String maps(long flagsOf) {
        long base = world.base();
        List<MappedRange> ranges = world.process()
                .mappings(base, base + world.bytes(world.program().slots()));
        return ranges.stream()
                .map(range -> Words.page(range.start(), world)
                        + "-"
                        + Words.page(range.end() - 1, world)
                        + (range.start() <= flagsOf && flagsOf < range.end() ? ":" + flags(flagsOf) : ""))
                .collect(Collectors.joining(", "));
    }

    private String flags(long address) {
        return Arrays.stream(world.process().vmFlags(address).split(" "))
                .filter(FLAGS::contains)
                .collect(Collectors.joining(" "));
    }

    @Override
    public void close() {
        arena.close();
    }
}
