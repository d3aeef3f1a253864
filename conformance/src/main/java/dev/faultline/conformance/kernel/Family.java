package dev.faultline.conformance.kernel;

import java.util.ArrayList;
import java.util.List;

/** A puppet process and its descendants: what one does may wake a thread of another. */
final class Family {
    private final List<KernelProcess> processes = new ArrayList<>();

    void add(KernelProcess process) {
        processes.add(process);
    }

    boolean remove(KernelProcess process) {
        return processes.remove(process);
    }

    void settle() {
        for (KernelProcess process : processes) {
            for (KernelThread thread : process.threads()) {
                thread.puppet().settleIfBusy();
            }
        }
    }
}
