package dev.faultline.conformance.kernel;

import dev.faultline.conformance.subject.Action;
import dev.faultline.uffd.memory.AliasMapping;
import dev.faultline.uffd.memory.PageSize;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns actions into commands to a puppet. */
final class Actions {
    private static final int COPIED_BYTES = 0x10000;
    private static final byte COPIED = 0x5a;

    private final KernelProcess process;
    private @Nullable KernelFile source;
    private final Map<KernelThread, KernelFile> sinks = new HashMap<>();

    Actions(KernelProcess process) {
        this.process = process;
    }

    Command command(KernelThread thread, Action action) {
        return switch (action) {
            case Action.Load load -> Command.load(load.address());
            case Action.Store store -> Command.store(store.address(), store.value());
            case Action.KernelWrite write ->
                Command.syscall(X86.PREAD64, source().number(), write.address(), write.lengthBytes(), 0);
            case Action.KernelRead read ->
                Command.syscall(X86.PWRITE64, sink(thread).number(), read.address(), read.lengthBytes(), 0);
            case Action.Map map -> map(map);
            case Action.Unmap unmap -> Command.syscall(X86.MUNMAP, unmap.address(), unmap.lengthBytes());
            case Action.Advise advise ->
                Command.syscall(
                        X86.MADVISE,
                        advise.address(),
                        advise.lengthBytes(),
                        advise.advice().number());
            case Action.Remap remap -> remap(remap);
            case Action.Protect protect ->
                Command.syscall(X86.MPROTECT, protect.address(), protect.lengthBytes(), protect.protection());
            case Action.Lock lock -> Command.syscall(X86.MLOCK, lock.address(), lock.lengthBytes());
            case Action.Fork _ -> Command.fork(process.prepareFork());
        };
    }

    private static Command map(Action.Map map) {
        long flags = X86.MAP_FIXED | (map.shared() ? X86.MAP_SHARED : X86.MAP_PRIVATE);
        long number = -1;
        if (map.file() instanceof KernelFile file) {
            number = map.readOnlyFile() ? file.readOnlyNumber() : file.number();
        } else {
            flags |= X86.MAP_ANONYMOUS | (map.huge() ? X86.MAP_HUGETLB_2M : 0);
        }
        return Command.syscall(
                X86.MMAP, map.address(), map.lengthBytes(), map.protection(), flags, number, map.offset());
    }

    private static Command remap(Action.Remap remap) {
        long flags = (remap.newAddress() == 0 ? 0 : X86.MREMAP_MAYMOVE | X86.MREMAP_FIXED)
                | (remap.keepOld() ? X86.MREMAP_DONTUNMAP | X86.MREMAP_MAYMOVE : 0);
        return Command.syscall(
                X86.MREMAP, remap.address(), remap.lengthBytes(), remap.newLengthBytes(), flags, remap.newAddress());
    }

    private KernelFile source() {
        KernelFile file = source;
        if (file == null) {
            file = process.createFile(COPIED_BYTES, PageSize.SIZE_4K);
            try (AliasMapping alias = file.mapAlias()) {
                alias.makeWritable(0, COPIED_BYTES);
                alias.segment().fill(COPIED);
            }
            source = file;
        }
        return file;
    }

    /** Of each thread its own: one that waits for a page keeps the file's lock. */
    private KernelFile sink(KernelThread thread) {
        return sinks.computeIfAbsent(thread, _ -> process.createFile(COPIED_BYTES, PageSize.SIZE_4K));
    }
}
