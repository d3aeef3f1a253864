package dev.faultline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The archive of {@code ./dev dist}, unpacked elsewhere, and run where there is no Java and no environment. */
class DistIT {
    /** The launcher, which becomes the command; two guests and two engines. */
    private static final int DEMO_PROCESSES = 5;

    @TempDir
    private static Path directory;

    private static Path home;
    private static Path emptyPath;

    @BeforeAll
    static void unpack() throws IOException, InterruptedException {
        home = Distribution.unpack(Files.createDirectory(directory.resolve("some where")));
        emptyPath = Files.createDirectory(directory.resolve("empty"));
    }

    private static Faultline start(Map<String, String> environment, String... arguments) {
        Map<String, String> all = new HashMap<>(environment);
        all.put("PATH", emptyPath.toString());
        return Faultline.startInstalled(home.resolve("bin/faultline"), emptyPath, all, List.of(arguments));
    }

    private static Faultline run(Map<String, String> environment, String... arguments) {
        try (Faultline command = start(environment, arguments)) {
            assertThat(command.await()).as(command.toString()).isZero();
            return command;
        }
    }

    @Test
    void saysItsVersionThroughALinkOfALink() throws IOException {
        Path bin = Files.createDirectory(directory.resolve("bin"));
        Path first = Files.createSymbolicLink(
                bin.resolve("one"), Path.of("../some where", home.getFileName() + "/bin/faultline"));
        Path second = Files.createSymbolicLink(bin.resolve("two"), first);
        // The one program outside of the archive that links take.
        Path tools = Files.createDirectory(directory.resolve("tools"));
        Files.createSymbolicLink(
                tools.resolve("readlink"), Path.of("/usr/bin/readlink").toRealPath());
        try (Faultline version = Faultline.startInstalled(
                second, Path.of("/"), Map.of("PATH", tools.toString()), List.of("--version"))) {
            assertThat(version.await()).as(version.toString()).isZero();
            assertThat(home.getFileName().toString()).startsWith(version.out().replace(' ', '-') + "-linux-");
        }
    }

    @Test
    void takesItsClassesFromItsArchive() {
        Faultline help = run(Map.of("FAULTLINE_JAVA_OPTS", "-Xlog:class+load:stderr"), "--help");
        assertThat(help.out()).contains("Usage: faultline", "migrate", "doctor");
        List<String> loaded = help.err().lines().toList();
        assertThat(loaded).anySatisfy(line -> assertThat(line).contains("dev.faultline.cli.Main source: shared"));
        // Some of picocli's, which are of Java 5, cannot be archived.
        long fromFiles =
                loaded.stream().filter(line -> line.contains("source: jrt:")).count();
        assertThat(loaded).filteredOn(line -> line.contains("source: shared")).hasSizeGreaterThan((int) fromFiles * 10);
    }

    @Test
    void saysWhatThisMachineCanDo() {
        assertThat(run(Map.of(), "doctor").out()).contains("This machine can migrate");
    }

    @Test
    void movesAGuestBetweenProcessesOfItsOwnJava() throws IOException, InterruptedException {
        try (Faultline demo =
                start(Map.of(), "demo", "--json", "--memory", "64M", "--working-set", "16M", "--cold-set", "8M")) {
            Map<Long, Path> programs = new HashMap<>();
            while (demo.isAlive()) {
                ProcessHandle.of(demo.processId()).stream()
                        .flatMap(main -> Stream.concat(Stream.of(main), main.descendants()))
                        .forEach(process -> note(process, programs));
                TimeUnit.MILLISECONDS.sleep(20);
            }
            assertThat(demo.await()).as(demo.toString()).isZero();
            Path java = home.resolve("lib/runtime/bin/java").toRealPath();
            assertThat(programs).hasSizeGreaterThanOrEqualTo(DEMO_PROCESSES);
            assertThat(Set.copyOf(programs.values())).isEqualTo(Set.of(java));
        }
    }

    /** A process is looked at again and again, because it begins as a copy of the one that started it. */
    private static void note(ProcessHandle process, Map<Long, Path> programs) {
        try {
            programs.put(process.pid(), Files.readSymbolicLink(Path.of("/proc/" + process.pid() + "/exe")));
        } catch (IOException e) {
            // It has ended.
        }
    }

    @Test
    void completesCommandsAndOptionsInBash() throws IOException, InterruptedException {
        Path file = home.resolve("share/bash-completion/completions/faultline");
        Set<String> commands = new HashSet<>();
        Main.commandLine().getSubcommands().forEach((name, command) -> {
            if (!command.getCommandSpec().usageMessage().hidden()) {
                commands.add(name);
            }
        });
        assertThat(complete(file, "")).containsAll(commands).doesNotContain("simulate");
        assertThat(complete(file, "mig")).containsExactlyInAnyOrder("migrate", "migration");
        assertThat(complete(file, "migrate --max-d")).containsExactly("--max-downtime");
    }

    /** {@return what bash proposes for the last word of a command line} */
    private static List<String> complete(Path file, String line) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of("faultline"));
        words.addAll(List.of(line.split(" ", -1)));
        List<String> bash = new ArrayList<>(List.of(
                "bash",
                "-c",
                ". \"$0\"; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); COMP_LINE=\"$*\"; _complete_faultline;"
                        + " printf '%s\\n' \"${COMPREPLY[@]}\"",
                file.toString()));
        bash.addAll(words);
        Process process = new ProcessBuilder(bash)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<String> proposals = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .map(String::strip)
                .toList();
        assertThat(process.waitFor()).isZero();
        return proposals;
    }

    @Test
    void hasAManPageOfEachCommandWithItsOptions() throws IOException {
        CommandLine program = Main.commandLine();
        assertThat(page("faultline")).contains(".SH \"COMMANDS\"", "faultline\\-migrate");
        program.getSubcommands().values().stream()
                .map(CommandLine::getCommandSpec)
                .filter(spec -> !spec.usageMessage().hidden())
                .forEach(spec -> {
                    String page = page("faultline-" + spec.name());
                    assertThat(spec.options())
                            .filteredOn(option -> !option.hidden())
                            .isNotEmpty()
                            .allSatisfy(option -> assertThat(page)
                                    .contains("\\fB" + option.longestName().replace("-", "\\-") + "\\fR"));
                    assertThat(page).doesNotContain("test\\-switch", "${");
                });
    }

    private static String page(String name) {
        try {
            return Files.readString(home.resolve("share/man/man1/" + name + ".1"));
        } catch (IOException e) {
            throw new AssertionError("no page " + name, e);
        }
    }
}
