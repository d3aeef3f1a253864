package dev.faultline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The archive that {@code ./dev dist} makes. */
final class Distribution {
    private static final Path BUILD = Repository.root().resolve("cli/target/dist");

    private Distribution() {}

    /** Makes the archive if what is built is newer. {@return what it unpacks to, in a directory} */
    static Path unpack(Path directory) throws IOException, InterruptedException {
        if (archives().stream().noneMatch(Distribution::isCurrent)) {
            run(directory, Repository.root().resolve("build/dist.sh").toString());
        }
        assertThat(archives()).hasSize(1);
        run(directory, "tar", "-xzf", archives().getFirst().toString());
        List<Path> unpacked = list(directory).stream()
                .filter(path -> path.getFileName().toString().startsWith("faultline-"))
                .toList();
        assertThat(unpacked).hasSize(1);
        return unpacked.getFirst();
    }

    private static List<Path> archives() throws IOException {
        return list(BUILD).stream()
                .filter(path -> path.toString().endsWith(".tar.gz"))
                .toList();
    }

    private static boolean isCurrent(Path archive) {
        return isNewer(archive, Repository.app())
                && isNewer(archive, Repository.root().resolve("build"))
                && isNewer(archive, Repository.root().resolve("cli/src/dist"));
    }

    private static boolean isNewer(Path archive, Path sources) {
        long made = archive.toFile().lastModified();
        try (Stream<Path> files = Files.walk(sources)) {
            return files.allMatch(file -> file.toFile().lastModified() < made);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> list(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.toList();
        }
    }

    private static void run(Path directory, String... command) throws IOException, InterruptedException {
        Path output = Files.createTempFile(directory, "output", ".txt");
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(3, TimeUnit.MINUTES)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue())
                .as("%s: %s", List.of(command), Files.readString(output))
                .isZero();
    }
}
