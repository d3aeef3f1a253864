package dev.faultline.qemu.lab.guest;

import dev.faultline.qemu.lab.host.Command;
import dev.faultline.qemu.lab.host.LabException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * A package of the host's Debian that is unpacked, and not installed. It is downloaded once, and is then used without
 * a network until the cache is removed.
 *
 * @param directory what it contains
 */
record DebianPackage(Path directory) {
    private static final String CONTENT = "content";

    static DebianPackage busybox() {
        return unpacked("busybox-static", () -> "busybox-static");
    }

    /** The kernel for virtual machines; the package of that name depends on the one that has it. */
    static DebianPackage kernel() {
        String name = "linux-image-cloud-amd64";
        return unpacked(name, () -> dependency(name, "linux-image-"));
    }

    private static DebianPackage unpacked(String name, Supplier<String> realName) {
        Path cached = ImageCache.directory(name, directory -> {
            download(directory, realName.get());
            Command.run(
                    "dpkg-deb",
                    "-x",
                    file(directory).toString(),
                    directory.resolve(CONTENT).toString());
        });
        return new DebianPackage(cached.resolve(CONTENT));
    }

    private static void download(Path directory, String name) {
        try {
            Command.runIn(directory, "apt-get", "download", name);
        } catch (LabException e) {
            throw new LabException(
                    "cannot download the package " + name
                            + ", which the lab's Linux guest is made of. It is needed once: "
                            + "run apt-get update with a network, and try again. " + e.getMessage(),
                    e);
        }
    }

    private static String dependency(String name, String prefix) {
        List<String> lines = Command.run("apt-cache", "depends", name).lines().toList();
        return lines.stream()
                .map(line -> line.replace("Depends:", "").strip())
                .filter(word -> word.startsWith(prefix) && !word.equals(name))
                .findFirst()
                .orElseThrow(() -> new LabException("this host's package lists have no " + name
                        + ", Debian's kernel for virtual machines: run apt-get update. Found: " + lines));
    }

    private static Path file(Path directory) throws IOException {
        return find(directory, 1, path -> path.endsWith(".deb"));
    }

    /** The file whose path has that after a slash: a version or a suffix of compression may follow. */
    Path find(String begin) {
        try {
            return find(directory, Integer.MAX_VALUE, path -> path.contains("/" + begin));
        } catch (IOException e) {
            throw new LabException("cannot look into " + directory, e);
        }
    }

    private static Path find(Path directory, int depth, Predicate<String> condition) throws IOException {
        try (Stream<Path> files = Files.walk(directory, depth)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> condition.test(file.toString()))
                    .findFirst()
                    .orElseThrow(() -> new LabException("not in the package that was unpacked at " + directory
                            + ": remove this directory's parent, and try again"));
        }
    }
}
