package dev.faultline.uffd.remote;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * One system call in another process, from the stop of its main thread to the end of tracing it. The kernel knows a
 * tracer by its thread, so that all of it runs on one, which must end when this throws: that ends the tracing of a thread
 * that has not stopped yet.
 *
 * <p>The thread is given its registers back in a stop of the same kind as it was found in, on the kernel's way to handle
 * signals. So it is the kernel that then repeats the call that was interrupted, or ends it with EINTR for a signal that
 * came meanwhile, as if there had been no stop. After the stop at the end of the injected call it would do neither.
 */
final class Tracer {
    private static final long ALL_SIGNALS = -1;

    private final TracedThread thread;
    private final RegisterLayout layout;

    Tracer(TracedThread thread, RegisterLayout layout) {
        this.thread = thread;
        this.layout = layout;
    }

    /** Stops the thread, has it make the call, and lets it go as if nothing had been. */
    RemoteCall call(long instructionAddress, long number, long... arguments) {
        thread.seize();
        long begin = System.nanoTime();
        try (Arena arena = Arena.ofConfined()) {
            thread.interrupt();
            thread.awaitInterrupted();
            long result = callStopped(arena, instructionAddress, number, arguments);
            return new RemoteCall(result, System.nanoTime() - begin);
        }
    }

    private long callStopped(Arena arena, long instructionAddress, long number, long... arguments) {
        try {
            MemorySegment saved = arena.allocate(layout.lengthBytes(), Long.BYTES);
            requireSize(thread.getRegisters(saved));
            long signalMask = thread.signalMask();
            MemorySegment registers = arena.allocate(layout.lengthBytes(), Long.BYTES);
            registers.copyFrom(saved);
            layout.prepareCall(registers, instructionAddress, number, arguments);
            // No handler of the process may run on registers that are not its own.
            thread.setSignalMask(ALL_SIGNALS);
            thread.setRegisters(registers);
            try {
                thread.runToSystemCallStop();
                thread.runToSystemCallStop();
                thread.getRegisters(registers);
                return layout.result(registers);
            } finally {
                thread.interrupt();
                thread.runToInterrupt();
                thread.setRegisters(saved);
                thread.setSignalMask(signalMask);
            }
        } finally {
            thread.detach();
        }
    }

    private void requireSize(long lengthBytes) {
        if (lengthBytes != layout.lengthBytes()) {
            throw new IllegalStateException("the process has registers of " + lengthBytes + " bytes and not of "
                    + layout.lengthBytes() + ": it is of another architecture, 32 bits wide say");
        }
    }
}
