package dev.faultline.qemu.lab.serial;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a guest printed on one machine.
 *
 * @param machine the machine's name
 * @param lines whole lines
 * @param unfinished what follows the last of them: a guest that moves on in the middle of a line ends it elsewhere
 */
public record SerialLog(String machine, List<SerialLine> lines, String unfinished) {
    /** The line after which heartbeats begin: all memory is filled. */
    public static final String READY = "READY";

    /** Keeps its own list. */
    public SerialLog {
        lines = List.copyOf(lines);
    }

    /**
     * {@return a log of what was printed some time}
     *
     * @param machine the machine's name
     * @param text what the serial port's file holds
     */
    public static SerialLog of(String machine, String text) {
        List<SerialLine> lines = new ArrayList<>();
        int start = 0;
        for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
            lines.add(new SerialLine(withoutReturn(text.substring(start, end)), SerialLine.UNKNOWN));
            start = end + 1;
        }
        return new SerialLog(machine, lines, text.substring(start));
    }

    /** The terminal of a Linux guest ends lines with both. */
    static String withoutReturn(String line) {
        return line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
    }

    /** {@return whether the guest has filled its memory, on this machine} */
    public boolean ready() {
        return lines.stream().anyMatch(line -> line.text().equals(READY));
    }

    /** {@return the heartbeats, as far as they began on this machine} */
    public List<Heartbeat> heartbeats() {
        return lines.stream().map(Heartbeat::of).flatMap(Optional::stream).toList();
    }

    /** {@return the reports of corrupt pages} */
    public List<String> corruptions() {
        return lines.stream()
                .map(SerialLine::text)
                .filter(text -> text.startsWith("CORRUPT"))
                .toList();
    }

    /** {@return the last of it, for a message} */
    public String tail() {
        int from = Math.max(0, lines.size() - 20);
        List<String> last =
                lines.subList(from, lines.size()).stream().map(SerialLine::text).toList();
        return String.join("\n", last) + "\n" + unfinished;
    }
}
