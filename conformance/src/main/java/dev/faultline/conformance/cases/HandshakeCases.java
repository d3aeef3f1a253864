package dev.faultline.conformance.cases;

import dev.faultline.conformance.kernel.X86;
import dev.faultline.conformance.subject.Need;
import dev.faultline.conformance.subject.RawCalls;
import dev.faultline.uffd.UffdFeature;
import dev.faultline.uffd.internal.linux.Errno;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Section 3.2 of the semantics: the handshake, and what the descriptor allows; and 3.7, who may have one. */
final class HandshakeCases {
    static final int IOCTL = X86.IOCTL;

    private static final String SECTION = "3.2 handshake and descriptor";
    private static final String PERMISSIONS = "3.7 permissions";
    private static final long UFFDIO_API = 0xc018aa3fL;
    private static final long USERFAULTFD_IOC_NEW = 0xaa00L;
    static final long API = 0xaa;
    private static final int O_NONBLOCK = 0x800;
    private static final int O_CLOEXEC = 0x80000;
    private static final int O_RDWR = 2;
    private static final int USER_MODE_ONLY = 1;
    private static final int F_SETFL = 4;
    private static final int MESSAGE_BYTES = 32;
    private static final int POLLIN = 1;
    private static final int NOBODY = 65534;
    private static final Set<Need> RAW = Set.of(Need.RAW_CALLS);
    private static final Set<Need> USERS = Set.of(Need.RAW_CALLS, Need.USERS);
    private static final long EVENT_FORK = UffdFeature.EVENT_FORK.mask();

    private HandshakeCases() {}

    static List<Case> all() {
        List<Case> cases = new ArrayList<>(handshake());
        cases.addAll(descriptor());
        cases.addAll(permissions());
        return cases;
    }

    private static List<Case> handshake() {
        return new CaseList(SECTION)
                .addOne("plain handshake", RAW, "OK; 0x8000000000000003", scene -> {
                    String result = api(scene.raw(), opened(scene, O_NONBLOCK), API, 0);
                    return result + "; 0x" + Long.toHexString(scene.raw().word(16));
                })
                .addOne("handshake on /dev/userfaultfd", RAW, "OK", scene -> {
                    RawCalls raw = scene.raw();
                    return api(raw, fromDevice(raw), API, 0);
                })
                .addOne("wrong version of the interface", RAW, "EINVAL; 0 0 0; OK", scene -> {
                    RawCalls raw = scene.raw();
                    long number = opened(scene, O_NONBLOCK);
                    String wrong = api(raw, number, 0xab, 0);
                    return wrong + "; " + words(raw) + "; " + api(raw, number, API, 0);
                })
                .addOne("unknown feature", RAW, "EINVAL; 0 0 0; OK", scene -> {
                    RawCalls raw = scene.raw();
                    long number = opened(scene, O_NONBLOCK);
                    String wrong = api(raw, number, API, 1L << 63);
                    return wrong + "; " + words(raw) + "; " + api(raw, number, API, 0);
                })
                .addOne(
                        "unknown feature, by the library",
                        Set.of(),
                        "EINVAL",
                        scene -> Words.of(() -> {
                            scene.open(1L << 63);
                        }))
                .addOne(
                        "all features of the handshake",
                        Set.of(),
                        "OK",
                        scene -> Words.of(() -> {
                            scene.open(UffdFeature.mask(EnumSet.allOf(UffdFeature.class)));
                        }))
                .addOne("second handshake", RAW, "OK; EINVAL", scene -> {
                    RawCalls raw = scene.raw();
                    long number = opened(scene, O_NONBLOCK);
                    return api(raw, number, API, 0) + "; " + api(raw, number, API, 0);
                })
                .addOne(
                        "unknown flag of userfaultfd(2)",
                        RAW,
                        "EINVAL",
                        scene -> Words.of(scene.raw().call(X86.USERFAULTFD, 0x40)))
                .addOne("before the handshake: read, register, poll", RAW, "EINVAL; EINVAL; POLLERR", scene -> {
                    RawCalls raw = scene.raw();
                    long number = opened(scene, O_NONBLOCK);
                    String read = Words.of(raw.call(X86.READ, number, raw.memory(), MESSAGE_BYTES));
                    raw.put(0, Scene.BASE, 4096, Modes.MISSING, 0);
                    String register = Words.of(raw.call(IOCTL, number, 0xc020aa00L, raw.memory()));
                    return read + "; " + register + "; " + poll(raw, number);
                })
                .cases();
    }

    private static List<Case> descriptor() {
        return new CaseList(SECTION)
                .addOne("poll of a blocking descriptor", RAW, "POLLERR; 0", scene -> {
                    RawCalls raw = scene.raw();
                    long number = opened(scene, 0);
                    api(raw, number, API, 0);
                    String blocking = poll(raw, number);
                    raw.call(X86.FCNTL, number, F_SETFL, O_NONBLOCK);
                    return blocking + "; " + poll(raw, number);
                })
                .addOne("read with too little room", RAW, "EINVAL", scene -> {
                    RawCalls raw = scene.raw();
                    long number = opened(scene, O_NONBLOCK);
                    api(raw, number, API, 0);
                    return Words.of(raw.call(X86.READ, number, raw.memory(), MESSAGE_BYTES - 1));
                })
                .addOne("read of nothing", RAW, "EAGAIN", scene -> {
                    RawCalls raw = scene.raw();
                    long number = opened(scene, O_NONBLOCK);
                    api(raw, number, API, 0);
                    return Words.of(raw.call(X86.READ, number, raw.memory(), MESSAGE_BYTES));
                })
                .addOne("write", RAW, "EBADF / EINVAL", scene -> {
                    RawCalls raw = scene.raw();
                    return Words.of(raw.call(X86.WRITE, opened(scene, O_NONBLOCK), raw.memory(), MESSAGE_BYTES));
                })
                .addOne(
                        "mmap",
                        RAW,
                        "ENODEV",
                        scene -> Words.of(scene.raw()
                                .call(
                                        X86.MMAP,
                                        0,
                                        4096,
                                        Scene.PROT_READ,
                                        X86.MAP_SHARED,
                                        opened(scene, O_NONBLOCK),
                                        0)))
                .addOne("unknown ioctl", RAW, "EINVAL", scene -> {
                    RawCalls raw = scene.raw();
                    long number = opened(scene, O_NONBLOCK);
                    api(raw, number, API, 0);
                    return Words.of(raw.call(IOCTL, number, 0xc020aa30L, raw.memory()));
                })
                .cases();
    }

    private static List<Case> permissions() {
        return new CaseList(PERMISSIONS)
                .addOne("userfaultfd(2) of a user", USERS, "EPERM / OK", scene -> {
                    RawCalls raw = become(scene);
                    return Words.of(raw.call(X86.USERFAULTFD, O_NONBLOCK));
                })
                .addOne("USER_MODE_ONLY of a user", USERS, "OK; OK", scene -> {
                    RawCalls raw = become(scene);
                    long number = raw.call(X86.USERFAULTFD, O_NONBLOCK | USER_MODE_ONLY);
                    return Words.of(number) + "; " + api(raw, number, API, 0);
                })
                .addOne("EVENT_FORK of a user", USERS, "EPERM; 0 0 0; OK", scene -> {
                    RawCalls raw = become(scene);
                    long number = raw.call(X86.USERFAULTFD, O_NONBLOCK | USER_MODE_ONLY);
                    String fork = api(raw, number, API, EVENT_FORK);
                    return fork + "; " + words(raw) + "; " + api(raw, number, API, 0);
                })
                .addOne("/dev/userfaultfd of root, passed to a user", USERS, "OK; EPERM", scene -> {
                    RawCalls raw = scene.raw();
                    long device = device(raw);
                    become(scene);
                    long number = raw.call(IOCTL, device, USERFAULTFD_IOC_NEW, O_NONBLOCK | O_CLOEXEC);
                    return Words.of(number) + "; " + api(raw, number, API, EVENT_FORK);
                })
                .cases();
    }

    private static RawCalls become(Scene scene) {
        RawCalls raw = scene.raw();
        long result = raw.call(X86.SETRESUID, NOBODY, NOBODY, NOBODY);
        if (result < 0) {
            throw new UnavailableException("setresuid: " + Errno.name((int) -result));
        }
        return raw;
    }

    static long opened(Scene scene, int flags) {
        long number = scene.raw().call(X86.USERFAULTFD, O_CLOEXEC | flags);
        if (number < 0) {
            throw new UnavailableException("userfaultfd(2): " + Errno.name((int) -number));
        }
        return number;
    }

    private static long device(RawCalls raw) {
        raw.put(0, "/dev/userfaultfd\0".getBytes(StandardCharsets.US_ASCII));
        long device = raw.call(X86.OPENAT, 0, raw.memory(), O_RDWR);
        if (device < 0) {
            throw new UnavailableException("/dev/userfaultfd: " + Errno.name((int) -device));
        }
        return device;
    }

    private static long fromDevice(RawCalls raw) {
        return raw.call(IOCTL, device(raw), USERFAULTFD_IOC_NEW, O_NONBLOCK | O_CLOEXEC);
    }

    static String api(RawCalls raw, long number, long version, long features) {
        raw.put(0, version, features, -1);
        return Words.of(raw.call(IOCTL, number, UFFDIO_API, raw.memory()));
    }

    private static String words(RawCalls raw) {
        return raw.word(0) + " " + raw.word(8) + " " + raw.word(16);
    }

    private static String poll(RawCalls raw, long number) {
        raw.put(0, number | (long) POLLIN << 32);
        raw.call(X86.POLL, raw.memory(), 1, 0);
        long returned = raw.word(0) >>> 48;
        return returned == 8 ? "POLLERR" : Long.toString(returned);
    }
}
