package dev.faultline.qemu.lab.host;

/** Names of what the lab puts on the host, by which test runs tell theirs from those of others. */
public final class LabNames {
    private LabNames() {}

    /** {@return what the names of this process's temporary files and network namespaces begin with} */
    public static String prefix() {
        return "fl-lab-" + ProcessHandle.current().pid() + "-";
    }
}
