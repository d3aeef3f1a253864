package dev.faultline.conformance.kernel;

import dev.faultline.conformance.subject.Action;
import dev.faultline.conformance.subject.Result;
import dev.faultline.conformance.subject.SubjectThread;

/** A thread of a puppet that does actions. */
final class KernelThread implements SubjectThread {
    private final KernelProcess process;
    private final PuppetThread puppet;

    KernelThread(KernelProcess process, PuppetThread puppet) {
        this.process = process;
        this.puppet = puppet;
    }

    PuppetThread puppet() {
        return puppet;
    }

    @Override
    public Result run(Action action) {
        begin(action);
        process.settle();
        return puppet.settle();
    }

    @Override
    public void begin(Action action) {
        puppet.begin(process.command(this, action));
    }

    @Override
    public Result result() {
        process.settle();
        return puppet.settle();
    }

    @Override
    public void interrupt() {
        puppet.interrupt();
        process.settle();
    }
}
