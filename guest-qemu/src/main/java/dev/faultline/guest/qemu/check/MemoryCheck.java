package dev.faultline.guest.qemu.check;

import dev.faultline.guest.qemu.inspection.Finding;
import dev.faultline.guest.qemu.machine.MemoryBackend;
import dev.faultline.guest.qemu.machine.RamArea;
import dev.faultline.guest.qemu.machine.RamBlock;
import dev.faultline.uffd.memory.Memfd;
import dev.faultline.uffd.os.LinuxException;
import dev.faultline.uffd.proc.MappedFiles;
import dev.faultline.uffd.proc.MemoryMapping;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** Whether all of the guest's RAM is in files that can be mapped once more. */
final class MemoryCheck {
    private static final String WHAT = "memory";
    static final String ADVICE = "start it with -object memory-backend-file,id=ram,size=...,mem-path=/dev/shm/NAME,"
            + "share=on -machine memory-backend=ram";
    private static final String FILE_BACKEND = "memory-backend-file";
    private static final long BIG_BYTES = 64 << 20;

    private MemoryCheck() {}

    static List<Finding> look(Subject subject) {
        List<Finding> findings = new ArrayList<>();
        Set<String> files = new HashSet<>();
        for (RamArea area : subject.ram().areas()) {
            Finding finding = area(subject, area);
            findings.add(finding);
            area.mapping().filter(_ -> !finding.isRefusal()).ifPresent(mapping -> {
                if (!files.add(mapping.device() + "/" + mapping.inode())) {
                    findings.add(Finding.refused(
                            WHAT,
                            "two blocks of it are in one file, " + mapping.path(),
                            "give each a file of its own"));
                }
            });
        }
        findings.addAll(completeness(subject));
        for (MemoryBackend idle : subject.ram().idle()) {
            findings.add(Finding.note(WHAT, "backend '" + idle.id() + "' is not in use, and is left out"));
        }
        for (RamBlock block : subject.ram().others()) {
            if (block.usedBytes() >= BIG_BYTES) {
                findings.add(Finding.note(
                        WHAT,
                        "block '" + block.name() + "' of " + (block.usedBytes() >> 20)
                                + " MiB has no file and goes with the device state, while the machine is paused"));
            }
        }
        return findings;
    }

    private static Finding area(Subject subject, RamArea area) {
        MemoryBackend backend = area.backend();
        String name = "'" + backend.id() + "' of " + (backend.sizeBytes() >> 20) + " MiB";
        if (!backend.isShared()
                || area.mapping().isEmpty()
                || !area.mapping().get().isShared()) {
            return Finding.refused(
                    WHAT, name + " is private to QEMU: there is no file that could be mapped once more", ADVICE);
        }
        if (subject.version().isAtLeast(8, 1) && !backend.type().equals(FILE_BACKEND)) {
            return Finding.refused(
                    WHAT,
                    name + " is a " + backend.type() + ", which QEMU migrates by itself, all of it, since 8.1",
                    ADVICE);
        }
        return file(subject, area, area.mapping().get(), name);
    }

    private static Finding file(Subject subject, RamArea area, MemoryMapping mapping, String name) {
        if (mapping.offset() != 0 || mapping.lengthBytes() != area.block().usedBytes()) {
            return Finding.refused(
                    WHAT,
                    String.format(
                            "%s is mapped from offset %d of its file on, for %d bytes",
                            name, mapping.offset(), mapping.lengthBytes()),
                    "give it a file of its own");
        }
        if (!mapping.isWritable()) {
            return Finding.refused(WHAT, name + " is read-only", "");
        }
        try (Memfd file = Memfd.adopt(MappedFiles.open(subject.processId(), mapping), mapping.lengthBytes())) {
            return Finding.ok(
                    WHAT,
                    name + " is in " + mapping.path() + ", pages of "
                            + file.pageSize().label());
        } catch (IllegalArgumentException e) {
            return Finding.refused(WHAT, name + ", " + mapping.path() + ": " + e.getMessage(), ADVICE);
        } catch (LinuxException e) {
            return Finding.refused(WHAT, name + " cannot be opened: " + e.getMessage(), "");
        }
    }

    /** A block that was overlooked would arrive empty. */
    private static List<Finding> completeness(Subject subject) {
        long foundBytes = subject.ram().areas().stream()
                .mapToLong(area -> area.block().usedBytes())
                .sum();
        JsonNode summary = subject.monitor().qmp().execute("query-memory-size-summary");
        long bytes = summary.path("base-memory").asLong(0)
                + summary.path("plugged-memory").asLong(0);
        if (foundBytes >= bytes && foundBytes > 0) {
            return List.of();
        }
        return List.of(Finding.refused(
                WHAT,
                "the machine has " + bytes + " bytes of memory, of which " + foundBytes + " were found in backends",
                ADVICE));
    }
}
