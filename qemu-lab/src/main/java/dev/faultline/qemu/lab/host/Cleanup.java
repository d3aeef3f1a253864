package dev.faultline.qemu.lab.host;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What is to be undone at the end, last first. Each step is tried, also after another one failed. A run that is broken
 * off, by Ctrl-C say, does it too.
 */
public final class Cleanup implements AutoCloseable {
    /** One step. */
    @FunctionalInterface
    public interface Step {
        /**
         * Undoes something.
         *
         * @throws Exception if it cannot
         */
        void run() throws Exception;
    }

    private final Deque<Step> steps = new ArrayDeque<>();
    private final Thread atExit = new Thread(this::undo, "lab cleanup");

    /** Makes one without steps. */
    public Cleanup() {
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /**
     * Adds a step, which is done before those that are there.
     *
     * @param step what undoes it
     */
    public synchronized void add(Step step) {
        steps.push(step);
    }

    /**
     * Does the steps, once.
     *
     * @throws LabException if any failed
     */
    @Override
    public void close() {
        try {
            undo();
        } finally {
            forget();
        }
    }

    private synchronized void undo() {
        LabException failed = null;
        while (!steps.isEmpty()) {
            try {
                steps.pop().run();
            } catch (Exception e) {
                LabException next = new LabException("something is left over: " + e.getMessage(), e);
                if (failed == null) {
                    failed = next;
                } else {
                    failed.addSuppressed(next);
                }
            }
        }
        if (failed != null) {
            throw failed;
        }
    }

    private void forget() {
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            return; // it runs
        }
    }
}
