package dev.faultline.uffd.proc;

import dev.faultline.uffd.os.LinuxException;
import java.util.List;

/** Single facts about a process. Source: proc_pid_stat(5), proc_pid_status(5); PF_KTHREAD, linux/sched.h. */
public final class ProcessStatus {
    private static final int STATE = 0;
    private static final int FLAGS = 6;
    private static final int START_TIME = 19;
    private static final long PF_KTHREAD = 0x200000;
    private static final int DECIMAL = 10;
    private static final long BYTES_PER_KIB = 1024;

    private ProcessStatus() {}

    /**
     * {@return when a process began, in clock ticks since the host's start} With its number it names one process: numbers
     * are used again.
     *
     * @param processId the process
     * @throws LinuxException ESRCH if there is no such process
     */
    public static long startTimeTicks(long processId) {
        return number(fields(processId)[START_TIME]);
    }

    /**
     * {@return whether there is such a process, and it has not ended}
     *
     * @param processId the process
     */
    public static boolean isAlive(long processId) {
        try {
            String state = fields(processId)[STATE];
            return !state.equals("Z") && !state.equals("X");
        } catch (LinuxException e) {
            return false;
        }
    }

    /**
     * {@return the kernel's flags of a process, PF_*}
     *
     * @param processId the process
     * @throws LinuxException ESRCH if there is no such process
     */
    public static long flags(long processId) {
        return number(fields(processId)[FLAGS]);
    }

    static boolean isOfKernel(long processId) {
        try {
            return (flags(processId) & PF_KTHREAD) != 0;
        } catch (LinuxException e) {
            return false;
        }
    }

    /**
     * {@return how much of its memory is pinned for long, for devices or registered I/O buffers, in bytes} VFIO does not
     * count here, RDMA and io_uring do.
     *
     * @param processId the process
     * @throws LinuxException ESRCH if there is no such process
     */
    public static long pinnedBytes(long processId) {
        return pinnedBytes(ProcFile.lines(processId, "status"));
    }

    static long pinnedBytes(List<String> status) {
        for (String line : status) {
            if (line.startsWith("VmPin:")) {
                String[] words = line.strip().split("\\s+", -1);
                if (words.length < 2) {
                    throw ProcFile.unknown("what is pinned", line);
                }
                return number(words[1]) * BYTES_PER_KIB;
            }
        }
        return 0; // a process without memory of its own
    }

    private static String[] fields(long processId) {
        return fields(String.join("\n", ProcFile.linesOfLiving(processId, "stat")));
    }

    /**
     * The fields behind the name, which may hold blanks, parentheses and ends of lines itself: a process chooses it.
     *
     * @throws IllegalStateException if there are not as many as every kernel tells
     */
    static String[] fields(String stat) {
        int end = stat.lastIndexOf(") ");
        String[] fields = end < 0 ? new String[0] : stat.substring(end + 2).split(" ", -1);
        if (fields.length <= START_TIME) {
            throw ProcFile.unknown("a process's status", stat);
        }
        return fields;
    }

    private static long number(String text) {
        return ProcFile.number(text, DECIMAL, "a process's status");
    }
}
