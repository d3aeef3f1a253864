package dev.faultline.uffd.remote;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.internal.linux.LibC;
import dev.faultline.uffd.os.Fd;
import dev.faultline.uffd.os.LinuxException;
import dev.faultline.uffd.os.Processes;
import dev.faultline.uffd.proc.ProcessStatus;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** What /proc tells of a process before anybody stops it. Source: proc(5); PF_*, linux/sched.h, Linux 6.18. */
final class Target {
    private static final long PF_USER_WORKER = 0x4000;
    private static final long PF_KTHREAD = 0x200000;
    private static final int CHUNK_BYTES = 1 << 16;

    private final int processId;

    Target(int processId) {
        this.processId = processId;
    }

    /**
     * Refuses what cannot be stopped, or must not be.
     *
     * @throws IllegalArgumentException if it never can
     * @throws IllegalStateException if it cannot now
     * @throws LinuxException ESRCH if there is no such process
     */
    void check() {
        List<String> status = read("status");
        long self = ProcessHandle.current().pid();
        if (processId == self) {
            throw new IllegalArgumentException("process " + processId + " is this one: no process traces itself");
        }
        if (number(status, "Tgid:") != processId) {
            throw new IllegalArgumentException(
                    processId + " is a thread of process " + number(status, "Tgid:") + ": name the process");
        }
        if ((flags() & (PF_KTHREAD | PF_USER_WORKER)) != 0) {
            throw new IllegalArgumentException("process " + processId + " is a thread of the kernel: it never stops");
        }
        if (field(status, "State:").startsWith("Z")) {
            throw ended();
        }
        if (number(status, "PPid:") == self) {
            throw new IllegalArgumentException("process " + processId
                    + " is a child of this JVM, whose Process would take each stop for its end: have another process"
                    + " start it");
        }
        long tracer = number(status, "TracerPid:");
        if (tracer != 0) {
            throw new IllegalStateException("process " + processId + " is traced by thread " + tracer
                    + " already, a debugger say: a process has one tracer at a time");
        }
    }

    private long flags() {
        return ProcessStatus.flags(processId);
    }

    /**
     * {@return the address of an instruction that the process can execute}
     *
     * @throws IllegalStateException if there is none
     */
    long find(byte[] instruction, int alignment) {
        List<String> executable =
                read("maps").stream().filter(line -> line.contains(" r-xp ")).toList();
        try (Fd memory = openMemory()) {
            // The kernel's own code first: no other thread can be changing that.
            for (boolean vdso : new boolean[] {true, false}) {
                for (String line : executable) {
                    long found = line.endsWith("[vdso]") == vdso ? find(memory, line, instruction, alignment) : -1;
                    if (found != -1) {
                        return found;
                    }
                }
            }
        }
        if (read("maps").isEmpty()) {
            throw ended(); // meanwhile: what was listed could not be read any more
        }
        throw new IllegalStateException("no code of process " + processId + " enters the kernel");
    }

    private Fd openMemory() {
        long result = LibC.open("/proc/" + processId + "/mem", LibC.O_RDONLY | LibC.O_CLOEXEC);
        if (result == -Errno.ENOENT) {
            throw ended();
        }
        return Fd.owning(LinuxException.check(result, "open(/proc/" + processId + "/mem)"));
    }

    private LinuxException ended() {
        return new LinuxException("ptrace(" + processId + ")", Errno.ESRCH, "Its main thread has ended");
    }

    private static long find(Fd memory, String line, byte[] instruction, int alignment) {
        String[] range = line.substring(0, line.indexOf(' ')).split("-", -1);
        long end = Long.parseUnsignedLong(range[1], 16);
        for (long address = Long.parseUnsignedLong(range[0], 16); address < end; address += CHUNK_BYTES) {
            // A bit more, for an instruction across the boundary.
            int place = place(read(memory, address, CHUNK_BYTES + instruction.length - 1), instruction, alignment);
            if (place >= 0) {
                return address + place;
            }
        }
        return -1;
    }

    /** {@return where an instruction is, or -1} */
    static int place(byte[] code, byte[] instruction, int alignment) {
        for (int i = 0; i + instruction.length <= code.length; i += alignment) {
            if (Arrays.equals(code, i, i + instruction.length, instruction, 0, instruction.length)) {
                return i;
            }
        }
        return -1;
    }

    /** {@return what can be read of a range} */
    private static byte[] read(Fd memory, long address, long lengthBytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(lengthBytes);
            long count = LibC.pread(memory.number(), buffer.address(), lengthBytes, address);
            return buffer.asSlice(0, Math.max(0, count)).toArray(JAVA_BYTE);
        }
    }

    private List<String> read(String file) {
        Path path = Path.of("/proc", Integer.toString(processId), file);
        try {
            return Files.readAllLines(path, StandardCharsets.ISO_8859_1); // its name may be any bytes
        } catch (AccessDeniedException e) {
            throw new LinuxException("open(" + path + ")", Errno.EACCES, Processes.PTRACE_REMEDY);
        } catch (IOException e) {
            // It ends between two looks, or was never there.
            throw new LinuxException("read(" + path + ")", Errno.ESRCH, "");
        }
    }

    private static long number(List<String> lines, String name) {
        return Long.parseLong(field(lines, name));
    }

    private static String field(List<String> lines, String name) {
        for (String line : lines) {
            if (line.startsWith(name)) {
                return line.substring(name.length()).strip();
            }
        }
        throw new IllegalStateException("/proc tells no '" + name + "'");
    }
}
