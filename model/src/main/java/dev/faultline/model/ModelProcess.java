package dev.faultline.model;

import dev.faultline.model.memory.AddressSpace;
import dev.faultline.model.memory.Context;
import dev.faultline.model.memory.PageCache;
import dev.faultline.model.memory.Vma;
import dev.faultline.uffd.Pagemap;
import dev.faultline.uffd.RegisterMode;
import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.os.LinuxException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** A process of the model: an address space and the threads in it. */
public final class ModelProcess {
    private final ModelKernel kernel;
    private final AddressSpace space;
    private final List<ModelThread> threads = new ArrayList<>();

    ModelProcess(ModelKernel kernel, int id) {
        this.kernel = kernel;
        space = new AddressSpace(id);
    }

    ModelKernel kernel() {
        return kernel;
    }

    AddressSpace space() {
        return space;
    }

    /** {@return its process id} */
    public int id() {
        return space.processId();
    }

    /** {@return a new thread, which does what it is told} */
    public ModelThread newThread() {
        return kernel.call("clone", () -> {
            ModelThread thread = new ModelThread(this, kernel.nextId());
            threads.add(thread);
            return thread;
        });
    }

    /**
     * Opens a userfaultfd for this process's memory, and shakes hands on it.
     *
     * @param featureBits UFFD_FEATURE_*
     * @return the userfaultfd
     * @throws LinuxException EINVAL if the kernel lacks a feature
     */
    public ModelUffd openUffd(long featureBits) {
        return openUffd(featureBits, false);
    }

    /**
     * As {@link #openUffd(long)}, with a choice of whose faults it serves.
     *
     * @param featureBits UFFD_FEATURE_*
     * @param userModeOnly UFFD_USER_MODE_ONLY: the kernel's own accesses then fail
     * @return the userfaultfd
     * @throws LinuxException EINVAL if the kernel lacks a feature
     */
    public ModelUffd openUffd(long featureBits, boolean userModeOnly) {
        if ((featureBits & ~kernel.featureBits()) != 0) {
            throw new LinuxException(
                    "ioctl(UFFDIO_API, features=0x" + Long.toHexString(featureBits) + ")", Errno.EINVAL, "");
        }
        return kernel.call("userfaultfd", () -> new ModelUffd(kernel, new Context(space, featureBits, userModeOnly)));
    }

    /** {@return its page map} */
    public Pagemap pagemap() {
        return new ModelPagemap(kernel, space);
    }

    /** {@return its mappings in rising order} */
    public List<MappedRange> mappings() {
        return kernel.call(
                "read of maps",
                () -> space.mappings().all().stream()
                        .map(ModelProcess::describe)
                        .toList());
    }

    private static MappedRange describe(Vma vma) {
        PageCache file = vma.file();
        return new MappedRange(
                vma.start(),
                vma.end(),
                vma.protection(),
                vma.isShared(),
                file == null ? null : file.name(),
                file == null ? 0 : vma.fileOffset(),
                modes(vma));
    }

    private static Set<RegisterMode> modes(Vma vma) {
        Set<RegisterMode> modes = EnumSet.noneOf(RegisterMode.class);
        for (RegisterMode mode : RegisterMode.values()) {
            if (vma.has((int) mode.mask())) {
                modes.add(mode);
            }
        }
        return modes;
    }

    /**
     * {@return VmFlags of /proc/PID/smaps, separated by spaces}
     *
     * @param address of a byte of the mapping
     * @throws IllegalArgumentException if nothing is mapped there
     */
    public String vmFlags(long address) {
        return kernel.call("read of smaps", () -> {
            Vma vma = space.mappings().find(address);
            if (vma == null) {
                throw new IllegalArgumentException(String.format("nothing is mapped at 0x%x", address));
            }
            return SmapsFlags.of(vma);
        });
    }

    /** Ends the process: its memory and its threads go, whatever they wait for. */
    public void exit() {
        kernel.call("exit", () -> {
            space.lock().awaitReaders(kernel.turns());
            for (Vma vma : space.mappings().all()) {
                kernel.zap().range(space, vma, vma.start(), vma.end(), Zap.Extent.ALL);
                if (vma.file() != null) {
                    vma.file().removeMapper(space);
                }
            }
            space.end();
            threads.forEach(ModelThread::wakeForGood);
            return 0;
        });
    }
}
