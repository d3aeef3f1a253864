package dev.faultline.conformance.kernel;

import dev.faultline.conformance.subject.RawCalls;

/** System calls that a puppet's service thread makes. */
final class PuppetCalls implements RawCalls {
    private final PuppetThread service;
    private final ProcessMemory memory;

    PuppetCalls(PuppetThread service, ProcessMemory memory) {
        this.service = service;
        this.memory = memory;
    }

    @Override
    public long call(long number, long... arguments) {
        return service.call(Command.syscall(number, arguments));
    }

    @Override
    public long memory() {
        return ProcessMemory.SCRATCH;
    }

    @Override
    public void put(long offset, byte[] bytes) {
        memory.put(offset, bytes);
    }

    @Override
    public void put(long offset, long... words) {
        memory.put(offset, words);
    }

    @Override
    public long find(String name) {
        return ProcMaps.find(service.processId(), name);
    }

    @Override
    public long word(long offset) {
        return memory.word(offset);
    }
}
