package dev.faultline.conformance.cases;

import dev.faultline.conformance.kernel.X86;
import dev.faultline.conformance.subject.Action;
import dev.faultline.conformance.subject.MemoryKind;
import dev.faultline.conformance.subject.Need;
import dev.faultline.conformance.subject.RawCalls;
import dev.faultline.conformance.subject.Result;
import dev.faultline.conformance.subject.SubjectFile;
import dev.faultline.uffd.internal.linux.Errno;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Set;

/** Memory that is like one of the kinds, or like none, for the table of registrations. */
enum OtherMemory {
    PRIVATE_NONE("private, PROT_NONE", MemoryKind.ANON),
    SHARED_ANONYMOUS("MAP_SHARED without a file", MemoryKind.SHMEM),
    HUGE_ANONYMOUS("MAP_HUGETLB without a file", MemoryKind.HUGETLB_PRIVATE),
    SHARED_READ("shared, PROT_READ", MemoryKind.SHMEM),
    SHARED_NONE("shared, PROT_NONE", MemoryKind.SHMEM),
    SHARED_READ_ONLY_FILE("shared, of a read-only file", MemoryKind.SHMEM),
    PRIVATE_READ_ONLY_FILE("MAP_PRIVATE of a read-only file", MemoryKind.SHMEM_PRIVATE),
    GROWS_DOWN("GROWSDOWN", MemoryKind.ANON),
    LOCKED("mlocked", MemoryKind.ANON),
    HEAP("the heap", MemoryKind.ANON),
    PRIVATE_ZERO("MAP_PRIVATE of /dev/zero", MemoryKind.ANON),
    SHARED_ZERO("shared, of /dev/zero", MemoryKind.SHMEM),
    SHARED_TMPFS("shared, of tmpfs", MemoryKind.SHMEM),
    PRIVATE_TMPFS("MAP_PRIVATE of tmpfs", MemoryKind.SHMEM_PRIVATE),
    SHARED_SEALED("shared, sealed by FUTURE_WRITE", MemoryKind.SHMEM),
    PRIVATE_SEALED("MAP_PRIVATE of a sealed file", MemoryKind.SHMEM_PRIVATE),
    SYSV("SysV segment", MemoryKind.SHMEM),
    SYSV_HUGE("SysV segment of huge pages", MemoryKind.HUGETLB),
    DISK("MAP_PRIVATE of a file on a disk", MemoryKind.SHMEM_PRIVATE),
    SECRET("memfd_secret", MemoryKind.SHMEM),
    DROPPABLE("MAP_DROPPABLE", MemoryKind.ANON),
    VDSO("[vdso]", MemoryKind.ANON),
    VVAR("[vvar]", MemoryKind.ANON);

    private static final int MFD_ALLOW_SEALING = 2;
    private static final int F_ADD_SEALS = 1033;
    private static final int F_SEAL_FUTURE_WRITE = 0x10;
    private static final long MAP_GROWSDOWN = 0x100;
    private static final long MAP_LOCKED = 0x2000;
    private static final long MAP_DROPPABLE = 0x8;
    private static final int O_RDWR = 2;
    private static final int O_TMPFILE = 0x410000;
    private static final int OWNER_ONLY = 0600;
    private static final int IPC_RMID = 0;
    private static final long SHM_HUGE_2M = 0x800 | 21L << 26;
    private static final int BRK = 12;
    private static final int PAGES = 2;

    private final String label;
    private final MemoryKind kind;

    OtherMemory(String label, MemoryKind kind) {
        this.label = label;
        this.kind = kind;
    }

    static OtherMemory of(String label) {
        return EnumSet.allOf(OtherMemory.class).stream()
                .filter(memory -> memory.label.equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no memory: " + label));
    }

    MemoryKind kind() {
        return kind;
    }

    Set<Need> needs() {
        Set<Need> special = compareTo(PRIVATE_READ_ONLY_FILE) <= 0 ? Set.of() : Set.of(Need.OTHER_MEMORY);
        return FillCases.needs(kind, special);
    }

    long lengthBytes() {
        return this == VDSO || this == VVAR
                ? kind.pageSize().bytes()
                : PAGES * kind.pageSize().bytes();
    }

    /** {@return where it is mapped} */
    long map(Scene scene) {
        return switch (this) {
            case PRIVATE_NONE -> act(scene, false, 0, false, false);
            case SHARED_ANONYMOUS -> act(scene, true, Scene.PROT_BOTH, false, false);
            case HUGE_ANONYMOUS -> act(scene, false, Scene.PROT_BOTH, false, false);
            case SHARED_READ -> act(scene, true, Scene.PROT_READ, true, false);
            case SHARED_NONE -> act(scene, true, 0, true, false);
            case SHARED_READ_ONLY_FILE -> act(scene, true, Scene.PROT_READ, true, true);
            case PRIVATE_READ_ONLY_FILE -> act(scene, false, Scene.PROT_BOTH, true, true);
            case GROWS_DOWN -> anonymous(scene, X86.MAP_PRIVATE | MAP_GROWSDOWN);
            case LOCKED -> anonymous(scene, X86.MAP_PRIVATE | MAP_LOCKED);
            case DROPPABLE -> anonymous(scene, MAP_DROPPABLE);
            case HEAP -> heap(scene.raw());
            case PRIVATE_ZERO -> file(scene, open(scene, "/dev/zero", O_RDWR), X86.MAP_PRIVATE);
            case SHARED_ZERO -> file(scene, open(scene, "/dev/zero", O_RDWR), X86.MAP_SHARED);
            case SHARED_TMPFS -> file(scene, open(scene, "/dev/shm", O_TMPFILE | O_RDWR), X86.MAP_SHARED);
            case PRIVATE_TMPFS -> file(scene, open(scene, "/dev/shm", O_TMPFILE | O_RDWR), X86.MAP_PRIVATE);
            case SHARED_SEALED -> file(scene, sealed(scene.raw()), X86.MAP_SHARED, Scene.PROT_READ);
            case PRIVATE_SEALED -> file(scene, sealed(scene.raw()), X86.MAP_PRIVATE);
            case SYSV -> segment(scene.raw(), 0);
            case SYSV_HUGE -> segment(scene.raw(), SHM_HUGE_2M);
            case DISK -> file(scene, open(scene, System.getProperty("java.home") + "/release", 0), X86.MAP_PRIVATE);
            case SECRET -> file(scene, secret(scene.raw()), X86.MAP_SHARED);
            case VDSO, VVAR -> found(scene.raw().find(label));
        };
    }

    private long act(Scene scene, boolean shared, int protection, boolean ofFile, boolean readOnly) {
        SubjectFile file = ofFile ? scene.closeAtEnd(scene.process().createFile(lengthBytes(), kind.pageSize())) : null;
        Result result = scene.run(new Action.Map(
                Scene.BASE, lengthBytes(), shared, protection, file, 0, !ofFile && kind.isHuge(), readOnly));
        Scene.require(result);
        return Scene.BASE;
    }

    private long anonymous(Scene scene, long flags) {
        return found(scene.raw()
                .call(
                        X86.MMAP,
                        Scene.BASE,
                        lengthBytes(),
                        X86.PROT_READ_WRITE,
                        flags | X86.MAP_ANONYMOUS | X86.MAP_FIXED,
                        -1,
                        0));
    }

    private long file(Scene scene, long number, long flags) {
        return file(scene, number, flags, Scene.PROT_BOTH);
    }

    private long file(Scene scene, long number, long flags, int protection) {
        return found(
                scene.raw().call(X86.MMAP, Scene.BASE, lengthBytes(), protection, flags | X86.MAP_FIXED, number, 0));
    }

    private long heap(RawCalls raw) {
        long pageBytes = kind.pageSize().bytes();
        long begin = Math.ceilDiv(raw.call(BRK, 0), pageBytes) * pageBytes;
        found(raw.call(BRK, begin + lengthBytes()));
        return begin;
    }

    private static long open(Scene scene, String path, int flags) {
        scene.raw().put(0, (path + '\0').getBytes(StandardCharsets.UTF_8));
        return found(scene.raw().call(X86.OPENAT, 0, scene.raw().memory(), flags, OWNER_ONLY));
    }

    private static long sealed(RawCalls raw) {
        raw.put(0, new byte[] {'s', 0});
        long number = found(raw.call(X86.MEMFD_CREATE, raw.memory(), MFD_ALLOW_SEALING));
        found(raw.call(X86.FTRUNCATE, number, PAGES * 4096L));
        found(raw.call(X86.FCNTL, number, F_ADD_SEALS, F_SEAL_FUTURE_WRITE));
        return number;
    }

    private long segment(RawCalls raw, long flags) {
        long id = found(raw.call(X86.SHMGET, 0, lengthBytes(), OWNER_ONLY | flags));
        long address = raw.call(X86.SHMAT, id, Scene.BASE, 0);
        // It lives on until the process that has it attached ends.
        found(raw.call(X86.SHMCTL, id, IPC_RMID, 0));
        return found(address);
    }

    private static long secret(RawCalls raw) {
        long number = raw.call(X86.MEMFD_SECRET, 0);
        if (number == -Errno.ENOSYS) {
            throw new UnavailableException("this kernel has no memfd_secret, or has it switched off");
        }
        found(raw.call(X86.FTRUNCATE, number, PAGES * 4096L));
        return number;
    }

    private static long found(long result) {
        if (result < 0) {
            throw new UnavailableException("this memory cannot be had: " + Errno.name((int) -result));
        }
        return result;
    }
}
