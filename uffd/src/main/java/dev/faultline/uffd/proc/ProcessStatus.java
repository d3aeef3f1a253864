package dev.faultline.uffd.proc;

import dev.faultline.uffd.os.LinuxException;
import java.util.List;

/** Single facts about a process. Source: proc_pid_stat(5), proc_pid_status(5); PF_KTHREAD, linux/sched.h. */
public final class ProcessStatus {
    private static final int STATE = 0;
    private static final int FLAGS = 6;
    private static final int START_TIME = 19;
    private static final long PF_KTHREAD = 0x200000;
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
        return Long.parseLong(fields(processId)[START_TIME]);
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

    static boolean isOfKernel(long processId) {
        try {
            return (Long.parseLong(fields(processId)[FLAGS]) & PF_KTHREAD) != 0;
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
                return Long.parseLong(words[1]) * BYTES_PER_KIB;
            }
        }
        return 0; // a process without memory of its own
    }

    private static String[] fields(long processId) {
        return fields(ProcFile.lines(processId, "stat").getFirst());
    }

    /** The fields behind the name, which may hold blanks and parentheses itself. */
    static String[] fields(String stat) {
        return stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    }
}
