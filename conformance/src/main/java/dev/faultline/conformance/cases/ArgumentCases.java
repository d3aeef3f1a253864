package dev.faultline.conformance.cases;

import static dev.faultline.conformance.cases.CaseList.ALL;
import static dev.faultline.conformance.cases.CaseList.ANON;
import static dev.faultline.conformance.cases.CaseList.HUGE;
import static dev.faultline.conformance.cases.CaseList.OF_FILES;

import dev.faultline.conformance.subject.Action;
import dev.faultline.conformance.subject.MemoryKind;
import dev.faultline.conformance.subject.Need;
import dev.faultline.uffd.Outcome;
import dev.faultline.uffd.Uffd;
import dev.faultline.uffd.internal.linux.NativeMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Sections 2F to 2I of the semantics: modes, arguments, partial progress, and how long poison lasts. */
final class ArgumentCases {
    private static final String MODES = "2F modes do not gate the calls";
    private static final String ARGUMENTS = "2G arguments";
    private static final String PARTIAL = "2H partial progress";
    private static final String POISON = "2I poison";
    private static final int BASE_PAGE = 4096;
    private static final int BAD_FLAG = 1 << 20;
    private static final long NOWHERE = 0x1000;
    private static final long KERNEL_ADDRESS = 0xffff_8000_0000_0000L;

    private ArgumentCases() {}

    static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        cases.addAll(modes());
        cases.addAll(refused());
        cases.addAll(ranges());
        cases.addAll(protection());
        cases.addAll(partial());
        cases.addAll(poison());
        return cases;
    }

    private static List<Case> modes() {
        CaseList list = new CaseList(MODES);
        for (String modes : List.of("M", "W", "N", "MN")) {
            Set<MemoryKind> kinds = modes.contains("N") ? OF_FILES : ALL;
            boolean wp = modes.contains("W");
            list.add(
                            "COPY in mode " + modes,
                            kinds,
                            "OK, file | anon, shmem-private, hugetlb-private: OK, own",
                            scene -> {
                                scene.prepare(2, Modes.parse(modes), 0);
                                return done(scene, scene.copy(0, 9, 0));
                            })
                    .add(
                            "COPY+WP in mode " + modes,
                            kinds,
                            wp ? "OK, file wp | anon, shmem-private, hugetlb-private: OK, own wp" : "EINVAL -22, none",
                            scene -> {
                                scene.prepare(2, Modes.parse(modes), 0);
                                return done(scene, scene.copy(0, 9, Uffd.WRITE_PROTECTED));
                            })
                    .add(
                            "ZEROPAGE in mode " + modes,
                            kinds,
                            "OK, zero | shmem: OK, file | hugetlb, hugetlb-private: EINVAL -22, none",
                            scene -> {
                                scene.prepare(2, Modes.parse(modes), 0);
                                return done(scene, scene.uffd().zeroPages(Scene.BASE, scene.pageBytes(), 0));
                            })
                    .add("CONTINUE in mode " + modes, kinds, "OK, file | anon: EINVAL -22, none", scene -> {
                        scene.prepare(2, Modes.parse(modes), 0);
                        cache(scene);
                        return done(scene, scene.resume(0, 0));
                    })
                    .add(
                            "CONTINUE+WP in mode " + modes,
                            kinds,
                            wp ? "OK, file wp | anon: EINVAL -22, none" : "EINVAL -22, none",
                            scene -> {
                                scene.prepare(2, Modes.parse(modes), 0);
                                cache(scene);
                                return done(scene, scene.resume(0, Uffd.WRITE_PROTECTED));
                            })
                    .add("POISON in mode " + modes, kinds, "OK, entry", scene -> {
                        scene.prepare(2, Modes.parse(modes), 0);
                        return done(scene, scene.poison(0));
                    })
                    .add("WRITEPROTECT in mode " + modes, kinds, wp ? "OK" : "ENOENT", scene -> {
                        scene.prepare(2, Modes.parse(modes), 0);
                        return Words.of(scene.protect(0, true));
                    });
        }
        return list.cases();
    }

    private static void cache(Scene scene) {
        if (scene.kind().isOfFile()) {
            scene.put(0, PageState.CONTENT);
        }
    }

    private static String done(Scene scene, Outcome outcome) {
        return Words.of(outcome) + ", " + Words.entry(scene, Scene.BASE);
    }

    /** A call on a range, by its name. */
    private static Outcome call(Scene scene, String call, long address, long lengthBytes, int flags) {
        Uffd uffd = scene.uffd();
        return switch (call) {
            case "COPY" -> uffd.copy(address, scene.content(9, 2), lengthBytes, flags);
            case "ZEROPAGE" -> uffd.zeroPages(address, lengthBytes, flags);
            case "CONTINUE" -> uffd.continuePages(address, lengthBytes, flags);
            case "POISON" -> uffd.poison(address, lengthBytes, flags);
            case "WRITEPROTECT" -> uffd.writeProtect(address, lengthBytes, true, flags);
            case "WAKE" -> uffd.wake(address, lengthBytes);
            default -> throw new IllegalArgumentException("no call: " + call);
        };
    }

    private static List<Case> refused() {
        CaseList list = new CaseList(ARGUMENTS);
        for (String call : List.of("COPY", "ZEROPAGE", "CONTINUE", "POISON", "WRITEPROTECT", "WAKE")) {
            list.add(call + " of an address that is not aligned", ALL, "EINVAL", scene -> {
                        scene.prepare(2, scene.allModes(), 0);
                        return Words.of(call(scene, call, Scene.BASE + 1, scene.pageBytes(), 0));
                    })
                    .add(call + " of a length that is not aligned", ALL, "EINVAL", scene -> {
                        scene.prepare(2, scene.allModes(), 0);
                        return Words.of(call(scene, call, Scene.BASE, scene.pageBytes() + 1, 0));
                    })
                    .add(call + " of length 0", ALL, "EINVAL", scene -> {
                        scene.prepare(2, scene.allModes(), 0);
                        return Words.of(call(scene, call, Scene.BASE, 0, 0));
                    })
                    .add(call + " of a range of the kernel", ALL, "EINVAL", scene -> {
                        scene.prepare(2, scene.allModes(), 0);
                        return Words.of(call(scene, call, KERNEL_ADDRESS, scene.pageBytes(), 0));
                    });
            if (!call.equals("WAKE")) {
                list.add(call + " with an unknown flag", ALL, "EINVAL", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    return Words.of(call(scene, call, Scene.BASE, scene.pageBytes(), BAD_FLAG));
                });
                list.add(
                        call + " of a part of a huge page",
                        HUGE,
                        call.equals("WRITEPROTECT") ? "EINVAL" : "EINVAL -22",
                        scene -> {
                            scene.prepare(2, scene.allModes(), 0);
                            return Words.of(call(scene, call, Scene.BASE + BASE_PAGE, BASE_PAGE, 0));
                        });
                list.add(
                        call + " of less than a huge page",
                        HUGE,
                        call.equals("WRITEPROTECT") ? "EINVAL" : "EINVAL -22",
                        scene -> {
                            scene.prepare(2, scene.allModes(), 0);
                            return Words.of(call(scene, call, Scene.BASE, BASE_PAGE, 0));
                        });
            }
        }
        return list.add("COPY from an address that is not aligned", ALL, "OK; silent 9", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    Outcome outcome =
                            scene.uffd().copy(Scene.BASE, scene.content(9, 2).asSlice(3), scene.pageBytes(), 0);
                    return Words.of(outcome) + "; " + Words.touch(scene, scene.load(0));
                })
                .add("COPY from nowhere", ALL, Set.of(Need.RAW_CALLS), "EFAULT -14", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    return Words.of(scene.uffd()
                            .copy(Scene.BASE, NativeMemory.segment(NOWHERE, scene.pageBytes()), scene.pageBytes(), 0));
                })
                .cases();
    }

    private static List<Case> ranges() {
        CaseList list = new CaseList(ARGUMENTS);
        for (String call : List.of("COPY", "ZEROPAGE", "CONTINUE", "POISON")) {
            list.add(call + " across two registered mappings", ALL, "ENOENT -2", scene -> {
                scene.prepare(2, scene.allModes(), 0);
                split(scene);
                return Words.of(call(scene, call, Scene.BASE, 2 * scene.pageBytes(), 0));
            });
            list.add(call + " where nothing is mapped", ALL, "ENOENT -2", scene -> {
                scene.prepare(2, scene.allModes(), 0);
                Scene.require(scene.run(new Action.Unmap(Scene.BASE, scene.pageBytes())));
                return Words.of(call(scene, call, Scene.BASE, scene.pageBytes(), 0));
            });
        }
        return list.add("WAKE across two mappings", ALL, "OK", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    split(scene);
                    return Words.of(scene.uffd().wake(Scene.BASE, 2 * scene.pageBytes()));
                })
                .add("WAKE where nothing is mapped", ALL, "OK", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    Scene.require(scene.run(new Action.Unmap(Scene.BASE, 2 * scene.pageBytes())));
                    return Words.of(scene.uffd().wake(Scene.BASE, scene.pageBytes()));
                })
                .cases();
    }

    /** Makes two mappings of the range, which differ in protection. */
    private static void split(Scene scene) {
        Scene.require(scene.run(new Action.Protect(scene.page(1), scene.pageBytes(), Scene.PROT_READ)));
    }

    private static List<Case> protection() {
        return new CaseList(ARGUMENTS)
                .add("WRITEPROTECT on, with DONTWAKE", ALL, "EINVAL", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    return Words.of(scene.uffd().writeProtect(Scene.BASE, scene.pageBytes(), true, Uffd.DONT_WAKE));
                })
                .add("WRITEPROTECT off, with DONTWAKE", ALL, "OK", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    return Words.of(scene.uffd().writeProtect(Scene.BASE, scene.pageBytes(), false, Uffd.DONT_WAKE));
                })
                .add("WRITEPROTECT across two registered mappings", ALL, "OK", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    split(scene);
                    return Words.of(scene.uffd().writeProtect(Scene.BASE, 2 * scene.pageBytes(), true, 0));
                })
                .add(
                        "WRITEPROTECT of memory that is registered in part",
                        ALL,
                        "ENOENT; own wp | shmem, shmem-private, hugetlb, hugetlb-private: ENOENT; file wp",
                        scene -> {
                            scene.map(2);
                            scene.open(0);
                            scene.register(1, scene.allModes());
                            PageState.PROTECTED.prepare(scene, 0);
                            Scene.require(scene.protect(0, false));
                            Outcome outcome = scene.uffd().writeProtect(Scene.BASE, 2 * scene.pageBytes(), true, 0);
                            return Words.of(outcome) + "; " + Words.entry(scene, Scene.BASE);
                        })
                .add("WRITEPROTECT with a hole at the end", ALL, "OK", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    Scene.require(scene.run(new Action.Unmap(scene.page(1), scene.pageBytes())));
                    return Words.of(scene.uffd().writeProtect(Scene.BASE, 2 * scene.pageBytes(), true, 0));
                })
                .add("WRITEPROTECT where nothing is mapped", ALL, "ENOENT", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    Scene.require(scene.run(new Action.Unmap(Scene.BASE, 2 * scene.pageBytes())));
                    return Words.of(scene.uffd().writeProtect(Scene.BASE, scene.pageBytes(), true, 0));
                })
                .cases();
    }

    private static List<Case> partial() {
        return new CaseList(PARTIAL)
                .add("COPY up to a page that is there", ALL, "EAGAIN 1 page; EEXIST -17; silent 9", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    Scene.require(scene.copy(1, 1, 0));
                    Outcome outcome = call(scene, "COPY", Scene.BASE, 2 * scene.pageBytes(), 0);
                    return stopped(scene, outcome) + "; " + Words.of(scene.copy(1, 1, 0)) + "; "
                            + Words.touch(scene, scene.load(0));
                })
                .add("CONTINUE up to a hole of the file", OF_FILES, "EAGAIN 1 page; EFAULT -14; file", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    scene.put(0, 1);
                    Outcome outcome = call(scene, "CONTINUE", Scene.BASE, 2 * scene.pageBytes(), 0);
                    return stopped(scene, outcome) + "; " + Words.of(scene.resume(1, 0)) + "; "
                            + Words.entry(scene, Scene.BASE);
                })
                .add("CONTINUE up to a page that is mapped", OF_FILES, "EAGAIN 1 page; EEXIST -17; file", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    scene.put(0, 1);
                    PageState.PRESENT.prepare(scene, 1);
                    Outcome outcome = call(scene, "CONTINUE", Scene.BASE, 2 * scene.pageBytes(), 0);
                    return stopped(scene, outcome) + "; " + Words.of(scene.resume(1, 0)) + "; "
                            + Words.entry(scene, Scene.BASE);
                })
                .add("CONTINUE from a hole on", OF_FILES, "EFAULT -14; none", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    scene.put(1, 1);
                    Outcome outcome = call(scene, "CONTINUE", Scene.BASE, 2 * scene.pageBytes(), 0);
                    return Words.of(outcome) + "; " + Words.entry(scene, scene.page(1));
                })
                .add("ZEROPAGE up to a page that is there", ANON, "EAGAIN 1 page; zero", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    Scene.require(scene.copy(1, 1, 0));
                    Outcome outcome = call(scene, "ZEROPAGE", Scene.BASE, 2 * scene.pageBytes(), 0);
                    return stopped(scene, outcome) + "; " + Words.entry(scene, Scene.BASE);
                })
                .add("POISON up to a page that is there", ALL, "EAGAIN 1 page; EEXIST -17; entry", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    Scene.require(scene.copy(1, 1, 0));
                    Outcome outcome = call(scene, "POISON", Scene.BASE, 2 * scene.pageBytes(), 0);
                    return stopped(scene, outcome) + "; " + Words.of(scene.poison(1)) + "; "
                            + Words.entry(scene, Scene.BASE);
                })
                .add("MOVE up to a hole of the source", ANON, "EAGAIN 1 page; ENOENT -2; own", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    long length = 2 * scene.pageBytes();
                    Scene.require(scene.run(
                            new Action.Map(Scene.BESIDE, length, false, Scene.PROT_BOTH, null, 0, false, false)));
                    Scene.require(scene.run(new Action.Store(Scene.BESIDE, 1)));
                    Outcome outcome = scene.uffd().move(Scene.BASE, Scene.BESIDE, length, 0);
                    Outcome rest =
                            scene.uffd().move(scene.page(1), Scene.BESIDE + scene.pageBytes(), scene.pageBytes(), 0);
                    return stopped(scene, outcome) + "; " + Words.of(rest) + "; " + Words.entry(scene, Scene.BASE);
                })
                .add("MOVE with ALLOW_SRC_HOLES", ANON, "OK; own; none", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    long length = 2 * scene.pageBytes();
                    Scene.require(scene.run(
                            new Action.Map(Scene.BESIDE, length, false, Scene.PROT_BOTH, null, 0, false, false)));
                    Scene.require(scene.run(new Action.Store(Scene.BESIDE, 1)));
                    Outcome outcome = scene.uffd().move(Scene.BASE, Scene.BESIDE, length, Uffd.ALLOW_SOURCE_HOLES);
                    return Words.of(outcome) + "; " + Words.entry(scene, Scene.BASE) + "; "
                            + Words.entry(scene, scene.page(1));
                })
                .cases();
    }

    /** {@return the outcome, with its progress in pages} */
    private static String stopped(Scene scene, Outcome outcome) {
        return Words.of(outcome).equals("EAGAIN " + scene.pageBytes()) ? "EAGAIN 1 page" : Words.of(outcome);
    }

    private static List<Case> poison() {
        return new CaseList(POISON)
                .add("it outlives the registration", ALL, "SIGBUS", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    Scene.require(scene.poison(0));
                    scene.uffd().unregister(Scene.BASE, 2 * scene.pageBytes());
                    return scene.load(0).toString();
                })
                .add("MADV_DONTNEED drops it", ALL, "MISSING", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    Scene.require(scene.poison(0));
                    Scene.require(scene.advise(0, 1, Action.Advice.DONTNEED));
                    return Words.touch(scene, scene.load(0));
                })
                .add("the file's page stays readable", OF_FILES, "SIGBUS; 7", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    PageState.POISONED_CACHED.prepare(scene, 0);
                    return scene.load(0) + "; " + scene.file().get(0);
                })
                .add("an access of the kernel", ALL, "EFAULT; EFAULT", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    Scene.require(scene.poison(0));
                    return scene.run(new Action.KernelRead(Scene.BASE, 8)) + "; "
                            + scene.run(new Action.KernelWrite(Scene.BASE, 8));
                })
                .add("COPY lifts it", ALL, "SIGBUS; OK; silent 9", scene -> {
                    scene.prepare(2, scene.allModes(), 0);
                    Scene.require(scene.poison(0));
                    return scene.load(0) + "; " + Words.of(scene.copy(0, 9, 0)) + "; "
                            + Words.touch(scene, scene.load(0));
                })
                .cases();
    }
}
