package dev.faultline.qemu.lab.guest;

import dev.faultline.qemu.lab.host.LabException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The counter that the guests take the time from. TCG, too, lets a guest read that of the host. */
final class TimeStampCounter {
    private static final Path PROCESSORS = Path.of("/proc/cpuinfo");
    private static final long KHZ_PER_MHZ = 1000;

    private TimeStampCounter() {}

    /** Its rate, as the host names it. */
    static long cyclesPerMilli() {
        try {
            return Files.readAllLines(PROCESSORS).stream()
                    .filter(line -> line.startsWith("cpu MHz"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .mapToLong(mhz -> Math.round(Double.parseDouble(mhz) * KHZ_PER_MHZ))
                    .findFirst()
                    .orElseThrow(() -> new LabException(PROCESSORS + " does not tell the time stamp counter's rate"));
        } catch (IOException e) {
            throw new LabException("cannot read " + PROCESSORS, e);
        }
    }
}
