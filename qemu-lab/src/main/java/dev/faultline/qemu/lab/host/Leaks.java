package dev.faultline.qemu.lab.host;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What there is on the host, to be compared with later. What other test runs do at the same time is left out, but for
 * the kernel's settings, which are everybody's.
 */
public final class Leaks {
    private static final Duration SETTLING_TIME = Duration.ofSeconds(10);
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    private static final Path MOUNTS = Path.of("/proc/self/mounts");
    private static final Path NAMESPACES = Path.of("/run/netns");

    /** The JDK keeps them open once it has needed them. */
    private static final Set<String> RANDOM = Set.of("/dev/random", "/dev/urandom");

    private static final List<Path> DIRECTORIES =
            List.of(Path.of(System.getProperty("java.io.tmpdir")), Path.of("/dev/shm"));
    private static final List<Path> SETTINGS = List.of(
            Path.of("/proc/sys/vm/nr_hugepages"),
            Path.of("/proc/sys/vm/nr_overcommit_hugepages"),
            Path.of("/proc/sys/vm/unprivileged_userfaultfd"));

    private final Set<String> before = all();
    private final Set<String> settingsBefore = settings();

    private Leaks() {}

    /** {@return what there is now} */
    public static Leaks begin() {
        letJvmOpenItsOwn();
        return new Leaks();
    }

    /** The JVM keeps a socket that it closes others with, and opens it when the first one is closed. */
    private static void letJvmOpenItsOwn() {
        try {
            SocketChannel.open(StandardProtocolFamily.UNIX).close();
        } catch (IOException e) {
            throw new LabException("no socket can be opened", e);
        }
    }

    /** {@return the child processes, descriptors, mounts, namespaces and temporary files that were not there before} */
    public Set<String> found() {
        return added(before, all());
    }

    /**
     * Fails if a child process, a descriptor, a mount, a namespace or a temporary file is there that was not there at
     * the beginning, and does not go away within ten seconds.
     *
     * @throws AssertionError with what is there
     */
    public void assertNone() {
        assertGone(this::found);
    }

    /**
     * Fails likewise, and also if a setting of the kernel, such as the number of huge pages, is not what it was: to be
     * used where no other test run changes it.
     *
     * @throws AssertionError with what is there
     */
    public void assertNoneOnHost() {
        assertGone(() -> {
            Set<String> found = found();
            found.addAll(added(settingsBefore, settings()));
            return found;
        });
    }

    @FunctionalInterface
    private interface Finder {
        Set<String> find();
    }

    private static void assertGone(Finder finder) {
        try {
            Waiting.until(SETTLING_TIME, () -> finder.find().isEmpty(), () -> String.join("\n", finder.find()));
        } catch (LabException e) {
            throw new AssertionError("left over:\n" + e.getMessage(), e);
        }
    }

    private static Set<String> added(Set<String> before, Set<String> now) {
        Set<String> added = new TreeSet<>(now);
        added.removeAll(before);
        return added;
    }

    private static Set<String> all() {
        Set<String> found = new TreeSet<>();
        String mine = LabNames.prefix();
        ProcessHandle.current()
                .descendants()
                .forEach(child -> found.add(
                        "process " + child.pid() + " " + child.info().command().orElse("")));
        names(NAMESPACES, name -> name.startsWith(mine)).forEach(name -> found.add("namespace " + name));
        for (Path directory : DIRECTORIES) {
            names(directory, name -> name.startsWith(mine))
                    .forEach(name -> found.add("file " + directory + "/" + name));
        }
        lines(MOUNTS).stream().filter(line -> line.contains(mine)).forEach(line -> found.add("mount " + line));
        found.addAll(descriptors());
        return found;
    }

    /** Descriptors by what they are of, with their number: each may be there as often as before. */
    private static Set<String> descriptors() {
        List<String> targets = names(DESCRIPTORS, _ -> true).stream()
                .map(fd -> target(DESCRIPTORS.resolve(fd)))
                .flatMap(Optional::stream)
                .toList();
        return targets.stream()
                .filter(target -> !target.endsWith(".jar") && !target.startsWith("/proc/") && !RANDOM.contains(target))
                .map(target -> target.replaceFirst("^(socket|pipe):\\[\\d+]", "$1"))
                .collect(Collectors.groupingBy(target -> target, Collectors.counting()))
                .entrySet()
                .stream()
                .flatMap(entry -> Stream.iterate(1L, i -> i <= entry.getValue(), i -> i + 1)
                        .map(i -> "descriptor " + i + " of " + entry.getKey()))
                .collect(Collectors.toSet());
    }

    private static Optional<String> target(Path descriptor) {
        try {
            return Optional.of(Files.readSymbolicLink(descriptor).toString());
        } catch (IOException e) {
            return Optional.empty(); // it was that of the listing itself
        }
    }

    private static Set<String> settings() {
        return SETTINGS.stream()
                .map(path -> "setting " + path + " = " + String.join(" ", lines(path)))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<String> names(Path directory, Predicate<String> filter) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(filter)
                    .toList();
        } catch (IOException e) {
            return List.of(); // there is none before the first namespace
        }
    }

    private static List<String> lines(Path path) {
        try {
            return Files.readAllLines(path);
        } catch (IOException e) {
            return List.of();
        }
    }
}
