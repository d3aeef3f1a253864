package dev.faultline.cli.process;

import dev.faultline.uffd.os.Processes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How to start another process of this program: the same Java, the same modules. */
final class JavaCommand {
    private static final String NATIVE_MODULES = "dev.faultline.uffd,org.lz4.java,com.github.luben.zstd_jni";
    private static final String MAIN = "dev.faultline.cli/dev.faultline.cli.Main";

    private JavaCommand() {}

    /** The command of a part of this program; the first argument says which. */
    static List<String> of(List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // One collector thread, and a small heap that is collected often: guest memory is outside of it, and what an
        // engine remembers of pages lives long. -Xmx is for that of a guest of 1 TiB. The launcher has the same
        // options.
        command.addAll(List.of("-XX:+UseSerialGC", "-Xms16m", "-Xmn8m", "-Xmx1g"));
        // -UsePerfData: a JVM that is killed would leave its counters behind as a file.
        command.addAll(List.of("-XX:-UsePerfData", "-Xshare:auto"));
        if (arguments.getFirst().equals("guest")) {
            // Its own code hardly runs: the work is done by vCPUs. The second compiler would only take time from them.
            command.add("-XX:TieredStopAtLevel=1");
        } else if (Processes.isRoot()) { // nobody else may raise a priority, and the JVM would say so in every run
            // What a guest waits for goes before what fills the processors, and compilers after it.
            command.addAll(List.of("-XX:ThreadPriorityPolicy=1", "-XX:CompilerThreadPriority=5"));
        }
        Optional.ofNullable(System.getProperty("faultline.archive"))
                .ifPresent(archive -> command.addAll(List.of(
                        "-XX:SharedArchiveFile=" + archive,
                        "-Dfaultline.archive=" + archive,
                        "-Xlog:cds=off",
                        "-Xlog:aot=off")));
        // Where there is none, the modules are linked into the Java.
        Optional.ofNullable(System.getProperty("jdk.module.path"))
                .ifPresent(path -> command.addAll(List.of("--module-path", path)));
        command.add("--enable-native-access=" + NATIVE_MODULES);
        command.addAll(List.of("-m", MAIN));
        command.addAll(arguments);
        return command;
    }
}
