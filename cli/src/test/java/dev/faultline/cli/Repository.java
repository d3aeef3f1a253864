package dev.faultline.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Where the sources and the build of this repository are, for tests that look at the whole of it. */
final class Repository {

    static final List<String> MODULES = List.of(
            "qemu-lab",
            "uffd",
            "model",
            "migration",
            "simulation",
            "guest-kvm",
            "guest-qemu",
            "conformance",
            "examples",
            "benchmarks",
            "cli");

    private Repository() {}

    /** Returns the root, found from the working directory upwards. */
    static Path root() {
        for (Path dir = Path.of("").toAbsolutePath(); dir != null; dir = dir.getParent()) {
            if (Files.isDirectory(dir.resolve(".mvn"))) {
                return dir;
            }
        }
        throw new IllegalStateException(
                "Not inside the repository: " + Path.of("").toAbsolutePath());
    }

    /** Returns the module path that {@code ./faultline} runs from. */
    static Path app() {
        return root().resolve("cli/target/app");
    }
}
