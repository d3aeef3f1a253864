package dev.faultline.guest.qemu.process;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** What QEMU writes to its standard error from now on, where that is a file. It stays readable when QEMU has ended. */
public final class ErrorLog implements AutoCloseable {
    private static final int STANDARD_ERROR = 2;
    private static final int MOST_BYTES = 2048;

    private final @Nullable FileChannel channel;
    private final long beginning;

    private ErrorLog(@Nullable FileChannel channel, long beginning) {
        this.channel = channel;
        this.beginning = beginning;
    }

    /**
     * {@return the log of a process, one that stays empty where there is none to be read}
     *
     * @param process the process
     */
    public static ErrorLog of(QemuProcess process) {
        Path path = Path.of("/proc", Long.toString(process.processId()), "fd", Integer.toString(STANDARD_ERROR));
        try {
            if (Files.isRegularFile(path)) {
                FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
                return new ErrorLog(channel, channel.size());
            }
        } catch (IOException e) {
            return new ErrorLog(null, 0);
        }
        return new ErrorLog(null, 0);
    }

    /** {@return what was written since, at most its last 2048 bytes, in one line; empty if nothing is known} */
    public String news() {
        if (channel == null) {
            return "";
        }
        try {
            long begin = Math.max(beginning, channel.size() - MOST_BYTES);
            ByteBuffer text = ByteBuffer.allocate(MOST_BYTES);
            channel.read(text, begin);
            String words = StandardCharsets.UTF_8.decode(text.flip()).toString().strip();
            return String.join("; ", words.lines().map(String::strip).toList());
        } catch (IOException e) {
            return "";
        }
    }

    @Override
    public void close() {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            System.getLogger(ErrorLog.class.getName()).log(System.Logger.Level.DEBUG, "QEMU's log", e);
        }
    }
}
