package dev.faultline.qemu.lab.guest;

import dev.faultline.qemu.lab.host.Command;
import dev.faultline.qemu.lab.host.LabException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The guest in a ROM, for QEMU's -bios; its source is rom.s. */
public final class RomImage {
    /** Where its pages begin in the guest's memory, in bytes. */
    public static final long AREA = 2L << 20;

    private static final int PARAMETERS = 8;
    private static final int PARAMETER_BYTES = 10 * Long.BYTES;
    private static final long PAGE_BYTES = 4096;
    private static final long VERSION_BYTES = 4;
    private static final long MILLIS_PER_SECOND = 1000;

    private RomImage() {}

    /**
     * Makes a ROM for a load. Its clock is the time stamp counter, at the rate that the host names.
     *
     * @param load what it is to do
     * @return 64 KiB
     * @throws LabException if something that it is made with is missing
     */
    public static byte[] with(GuestLoad load) {
        try {
            byte[] rom = Files.readAllBytes(assembled());
            ByteBuffer parameters = parameters(load, TimeStampCounter.cyclesPerMilli());
            ByteBuffer.wrap(rom).put(PARAMETERS, parameters, 0, PARAMETER_BYTES);
            return rom;
        } catch (IOException e) {
            throw new LabException("cannot read the ROM", e);
        }
    }

    /**
     * {@return the memory that a guest needs for a load, in bytes}
     *
     * @param load what it is to do
     */
    public static long memoryBytes(GuestLoad load) {
        return load.probesPerSecond() == 0 ? areaEnd(load) : logAddress(load) + ProbeLog.BYTES;
    }

    private static long areaEnd(GuestLoad load) {
        return AREA + (load.hotPages() + load.coldPages()) * PAGE_BYTES + load.hotPages() * VERSION_BYTES;
    }

    /** Where the probe's log is: in pages of its own. */
    static long logAddress(GuestLoad load) {
        return (areaEnd(load) + PAGE_BYTES - 1) & -PAGE_BYTES;
    }

    private static Path assembled() {
        byte[] source = ImageCache.resource("rom.s");
        Path made = ImageCache.directory("rom-" + ImageCache.key(List.of(source)), directory -> {
            Files.write(directory.resolve("rom.s"), source);
            Command.runIn(directory, "as", "--64", "-o", "rom.o", "rom.s");
            Command.runIn(directory, "objcopy", "-O", "binary", "-j", ".text", "rom.o", "rom.bin");
        });
        return made.resolve("rom.bin");
    }

    /** In the order that rom.s gives. */
    static ByteBuffer parameters(GuestLoad load, long cyclesPerMilli) {
        long pages = load.hotPages() + load.coldPages();
        return ByteBuffer.allocate(PARAMETER_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(load.hotPages())
                .putLong(load.coldPages())
                .putLong(stride(load.hotPages()))
                .putLong(cyclesPerPage(load.pagesPerSecond(), cyclesPerMilli))
                .putLong(cyclesPerMilli * load.heartbeatMillis())
                .putLong(cyclesPerMilli)
                .putLong(load.probesPerSecond() > 0 ? 0 : 1 + pages * load.heartbeatMillis() / GuestLoad.WALK_MILLIS)
                .putLong(cyclesPerProbe(load, cyclesPerMilli))
                .putLong(Long.SIZE - 1 - Long.numberOfLeadingZeros(Math.max(1, load.coldPages())))
                .putLong(logAddress(load))
                .flip();
    }

    private static long cyclesPerProbe(GuestLoad load, long cyclesPerMilli) {
        return load.probesPerSecond() == 0 ? 0 : cyclesPerMilli * MILLIS_PER_SECOND / load.probesPerSecond();
    }

    private static long cyclesPerPage(int pagesPerSecond, long cyclesPerMilli) {
        return switch (pagesPerSecond) {
            case GuestLoad.IDLE -> -1;
            case GuestLoad.UNTHROTTLED -> 0;
            default -> cyclesPerMilli * MILLIS_PER_SECOND / pagesPerSecond;
        };
    }

    /** Pages are not rewritten one after the other, and yet each once in a pass. */
    static long stride(long pages) {
        long stride = pages * 618 / 1000 + 1;
        while (commonFactor(stride, pages) != 1) {
            stride++;
        }
        return stride % pages;
    }

    private static long commonFactor(long a, long b) {
        return b == 0 ? a : commonFactor(b, a % b);
    }
}
