package dev.faultline.conformance.cases;

import static dev.faultline.conformance.cases.CaseList.ALL;
import static dev.faultline.conformance.cases.CaseList.OF_FILES;

import dev.faultline.conformance.kernel.X86;
import dev.faultline.conformance.subject.Action;
import dev.faultline.conformance.subject.Action.Advice;
import dev.faultline.conformance.subject.Need;
import dev.faultline.conformance.subject.RawCalls;
import dev.faultline.conformance.subject.Result;
import dev.faultline.uffd.Uffd;
import dev.faultline.uffd.UffdEvent;
import dev.faultline.uffd.UffdFeature;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Section 3.6 of the semantics: what the kernel's own accesses to registered memory do. */
final class AccessCases {
    private static final String SECTION = "3.6 accesses of the kernel";
    private static final int ACROSS = 16;

    private AccessCases() {}

    static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        cases.addAll(served());
        cases.addAll(refused());
        return cases;
    }

    /** Serves every fault of an action by COPY or CONTINUE. {@return the events, and the result} */
    private static String serve(Scene scene, Action action) {
        StringBuilder text = new StringBuilder();
        scene.run(action);
        for (List<UffdEvent> events = scene.read(scene.uffd()); !events.isEmpty(); events = scene.read(scene.uffd())) {
            for (UffdEvent event : events) {
                text.append(Words.of(event)).append("; ");
                resolve(scene, (UffdEvent.PageFault) event);
            }
        }
        return text.append(Words.value(scene.thread().result())).toString();
    }

    private static void resolve(Scene scene, UffdEvent.PageFault fault) {
        if ((fault.flags() & UffdEvent.PageFault.MINOR) != 0) {
            Scene.require(scene.uffd().continuePages(fault.address(), scene.pageBytes(), 0));
        } else if ((fault.flags() & UffdEvent.PageFault.WRITE_PROTECT) != 0) {
            Scene.require(scene.uffd().writeProtect(fault.address(), scene.pageBytes(), false, 0));
        } else {
            Scene.require(scene.uffd().copy(fault.address(), scene.content(9), scene.pageBytes(), 0));
        }
    }

    /** A range that lies in both pages. */
    private static long across(Scene scene) {
        return scene.page(1) - ACROSS / 2;
    }

    private static List<Case> served() {
        return new CaseList(SECTION)
                .add("read(2) into a missing page", ALL, "MISSING+WRITE; 8", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    return serve(scene, new Action.KernelWrite(Scene.BASE, 8));
                })
                .add("read(2) into two missing pages", ALL, "MISSING+WRITE; MISSING+WRITE; 16", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    return serve(scene, new Action.KernelWrite(across(scene), ACROSS));
                })
                .add("write(2) from a missing page", ALL, "MISSING; 8", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    return serve(scene, new Action.KernelRead(Scene.BASE, 8));
                })
                .add("write(2) from two missing pages", ALL, "MISSING; MISSING; 16", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    return serve(scene, new Action.KernelRead(across(scene), ACROSS));
                })
                .add(
                        "read(2) into a page that the file holds",
                        OF_FILES,
                        "MINOR+WRITE; 8; 90 | shmem-private, hugetlb-private: MINOR+WRITE; 8; 7",
                        scene -> {
                            scene.prepare(2, scene.allModes(), 0);
                            scene.put(0, 7);
                            return serve(scene, new Action.KernelWrite(Scene.BASE, 8)) + "; "
                                    + scene.file().get(0);
                        })
                .add("write(2) from a page that the file holds", OF_FILES, "MINOR; 8", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    scene.put(0, 7);
                    return serve(scene, new Action.KernelRead(Scene.BASE, 8));
                })
                .add("read(2) into a protected page", ALL, "WP+WRITE; 8", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    PageState.PROTECTED.prepare(scene, 0);
                    return serve(scene, new Action.KernelWrite(Scene.BASE, 8));
                })
                .add("MADV_POPULATE_READ", ALL, "MISSING; MISSING; 0", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    return serve(scene, new Action.Advise(Scene.BASE, 2 * scene.pageBytes(), Advice.POPULATE_READ));
                })
                .add("MADV_POPULATE_WRITE", ALL, "MISSING+WRITE; MISSING+WRITE; 0", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    return serve(scene, new Action.Advise(Scene.BASE, 2 * scene.pageBytes(), Advice.POPULATE_WRITE));
                })
                .add(
                        "MADV_POPULATE_WRITE of pages that the file holds",
                        OF_FILES,
                        "MINOR+WRITE; MINOR+WRITE; 0",
                        scene -> {
                            scene.prepare(2, scene.allModes(), 0);
                            scene.put(0, 7);
                            scene.put(1, 7);
                            return serve(
                                    scene, new Action.Advise(Scene.BASE, 2 * scene.pageBytes(), Advice.POPULATE_WRITE));
                        })
                .add("MADV_WILLNEED", ALL, "0 | anon: 0", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    return serve(scene, new Action.Advise(Scene.BASE, 2 * scene.pageBytes(), Advice.WILLNEED));
                })
                .add(
                        "mlock",
                        ALL,
                        Set.of(Need.LOCKED_MEMORY),
                        "MISSING+WRITE; MISSING+WRITE; 0 | shmem, hugetlb: MISSING; MISSING; 0",
                        scene -> {
                            scene.prepare(2, scene.allModes(), 0);
                            return serve(scene, new Action.Lock(Scene.BASE, 2 * scene.pageBytes()));
                        })
                .cases();
    }

    private static List<Case> refused() {
        return new CaseList(SECTION)
                .add("USER_MODE_ONLY: read(2)", ALL, "EFAULT; no event", scene -> {
                    userModeOnly(scene);
                    Result result = scene.run(new Action.KernelWrite(Scene.BASE, 8));
                    return result + "; " + Words.of(scene.read(scene.uffd()));
                })
                .add("USER_MODE_ONLY: write(2)", ALL, "EFAULT; no event", scene -> {
                    userModeOnly(scene);
                    Result result = scene.run(new Action.KernelRead(Scene.BASE, 8));
                    return result + "; " + Words.of(scene.read(scene.uffd()));
                })
                .add("USER_MODE_ONLY: MADV_POPULATE_READ", ALL, "EFAULT", scene -> {
                    userModeOnly(scene);
                    return scene.advise(0, 1, Advice.POPULATE_READ).toString();
                })
                .add("USER_MODE_ONLY: MADV_POPULATE_WRITE", ALL, "EFAULT", scene -> {
                    userModeOnly(scene);
                    return scene.advise(0, 1, Advice.POPULATE_WRITE).toString();
                })
                .add("USER_MODE_ONLY: mlock", ALL, Set.of(Need.LOCKED_MEMORY), "ENOMEM", scene -> {
                    userModeOnly(scene);
                    return scene.run(new Action.Lock(Scene.BASE, scene.pageBytes()))
                            .toString();
                })
                .add("USER_MODE_ONLY: /proc/self/mem", ALL, Set.of(Need.RAW_CALLS), "EIO", scene -> {
                    userModeOnly(scene);
                    RawCalls raw = scene.raw();
                    raw.put(0, "/proc/self/mem\0".getBytes(StandardCharsets.US_ASCII));
                    long memory = raw.call(X86.OPENAT, 0, raw.memory(), 2);
                    return Words.of(raw.call(X86.PWRITE64, memory, raw.memory(), 8, Scene.BASE));
                })
                .add("USER_MODE_ONLY: a load", ALL, "MISSING", scene -> {
                    userModeOnly(scene);
                    return Words.touch(scene, scene.load(0));
                })
                .add("feature SIGBUS: read(2)", ALL, "EFAULT; no event", scene -> {
                    scene.prepare(2, scene.allModes(), UffdFeature.SIGBUS.mask());
                    Result result = scene.run(new Action.KernelWrite(Scene.BASE, 8));
                    return result + "; " + Words.of(scene.read(scene.uffd()));
                })
                .cases();
    }

    private static void userModeOnly(Scene scene) {
        scene.map(2);
        Uffd uffd = scene.openUserModeOnly();
        uffd.register(Scene.BASE, 2 * scene.pageBytes(), scene.allModes());
    }
}
