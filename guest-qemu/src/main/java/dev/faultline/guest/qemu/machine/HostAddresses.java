package dev.faultline.guest.qemu.machine;

import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where QEMU has mapped its blocks of guest memory, for versions that do not print it with the blocks: the memory map of
 * the guest tells at which guest address a block is, and QEMU translates that. Source: {@code info mtree -f} and
 * {@code gpa2hva} of QEMU 7.2.
 */
final class HostAddresses {
    private static final Pattern RANGE = Pattern.compile(
            "\\s*([0-9a-f]{16})-[0-9a-f]{16} \\(prio -?\\d+, (?:nv-)?(?:ram|rom)\\): (\\S+)(?: @([0-9a-f]{16}))?.*");
    private static final Pattern TRANSLATED =
            Pattern.compile("\\s*Host virtual address for 0x\\S+ \\((.*)\\) is 0x(\\S+)\\s*");

    private final QemuMonitor monitor;
    private final String memoryMap;

    HostAddresses(QemuMonitor monitor) {
        this.monitor = monitor;
        memoryMap = monitor.human("info mtree -f");
    }

    /** {@return where a backend's memory begins in QEMU; nothing if the guest does not have it in its memory map} */
    OptionalLong of(MemoryBackend backend) {
        for (String line : memoryMap.lines().toList()) {
            Matcher range = RANGE.matcher(line);
            if (range.matches() && backend.hasMemory(range.group(2))) {
                long offset = range.group(3) == null ? 0 : QemuNumber.address(range.group(3));
                return translate(range.group(1), range.group(2), offset);
            }
        }
        return OptionalLong.empty();
    }

    private OptionalLong translate(String guestAddress, String name, long offset) {
        Matcher answer = TRANSLATED.matcher(monitor.human("gpa2hva 0x" + guestAddress));
        return answer.matches() && answer.group(1).equals(name)
                ? OptionalLong.of(QemuNumber.address(answer.group(2)) - offset)
                : OptionalLong.empty();
    }
}
