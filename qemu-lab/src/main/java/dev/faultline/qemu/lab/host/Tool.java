package dev.faultline.qemu.lab.host;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Programs that the lab runs, and the Debian packages that bring them. */
public enum Tool {
    /** The emulator. */
    QEMU("qemu-system-x86_64", "qemu-system-x86"),
    /** Compiles the Linux guest's workload. */
    CC("cc", "gcc libc6-dev"),
    /** Assembles the ROM guest. */
    AS("as", "binutils"),
    /** Takes the ROM out of what was assembled. */
    OBJCOPY("objcopy", "binutils"),
    /** Downloads packages. */
    APT_GET("apt-get", "apt"),
    /** Unpacks them. */
    DPKG_DEB("dpkg-deb", "dpkg"),
    /** Makes network namespaces. */
    IP("ip", "iproute2"),
    /** Shapes links. */
    TC("tc", "iproute2"),
    /** Runs a program in a network namespace. */
    NSENTER("nsenter", "util-linux"),
    /** Mounts hugetlbfs. */
    MOUNT("mount", "mount");

    private final String program;
    private final String packages;

    Tool(String program, String packages) {
        this.program = program;
        this.packages = packages;
    }

    /** {@return the program's name} */
    public String program() {
        return program;
    }

    /**
     * {@return what is missing on this host, with what to do about it; empty if nothing is}
     *
     * @param tools what is needed
     */
    public static Optional<String> lack(Tool... tools) {
        List<Tool> missing = new ArrayList<>();
        for (Tool tool : tools) {
            if (!tool.isThere()) {
                missing.add(tool);
            }
        }
        if (missing.isEmpty()) {
            return Optional.empty();
        }
        String programs = String.join(", ", missing.stream().map(Tool::program).toList());
        String packages = String.join(
                " ", missing.stream().map(tool -> tool.packages).distinct().toList());
        return Optional.of(programs + " not found: apt-get install --no-install-recommends " + packages);
    }

    static LabException missing(String program, Throwable cause) {
        String remedy = Arrays.stream(values())
                .filter(tool -> tool.program.equals(program))
                .findFirst()
                .map(tool -> ": apt-get install --no-install-recommends " + tool.packages)
                .orElse("");
        return new LabException("cannot start " + program + remedy + " (" + cause.getMessage() + ")", cause);
    }

    private boolean isThere() {
        String path = System.getenv().getOrDefault("PATH", "/usr/bin:/bin");
        return Arrays.stream(path.split(File.pathSeparator, -1))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }
}
