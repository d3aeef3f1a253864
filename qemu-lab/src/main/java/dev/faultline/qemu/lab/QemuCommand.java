package dev.faultline.qemu.lab;

import dev.faultline.qemu.lab.guest.LinuxImage;
import dev.faultline.qemu.lab.guest.RomImage;
import dev.faultline.qemu.lab.host.LabException;
import dev.faultline.qemu.lab.host.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

/** QEMU's command line for a machine. */
final class QemuCommand {
    /** Suffixes of a machine's files. */
    static final String ENGINE = "qmp";

    static final String WATCH = "watch";
    static final String SERIAL = "serial";
    static final String PID = "pid";
    static final String ERRORS = "errors";
    static final String SAVED = "saved";
    private static final String ROM = "rom";

    private final VmSpec spec;
    private final VmFiles files;
    private final List<String> words = new ArrayList<>();

    private QemuCommand(VmSpec spec, VmFiles files) {
        this.spec = spec;
        this.files = files;
    }

    static List<String> of(VmSpec spec, VmFiles files) {
        QemuCommand command = new QemuCommand(spec, files);
        command.words.addAll(spec.prefix());
        command.machine();
        command.memory();
        command.guest();
        command.disk();
        command.connections();
        if (spec.incoming()) {
            command.add("-incoming", "defer");
        }
        command.words.addAll(spec.extraArguments());
        return command.words;
    }

    private void machine() {
        add(Tool.QEMU.program(), "-name", spec.name(), "-no-user-config", "-nodefaults", "-no-reboot");
        add("-display", "none", "-vga", "none", "-cpu", spec.accelerator().cpu());
        add("-smp", Integer.toString(spec.vcpus()), "-m", size(spec.memoryBytes()));
    }

    private void memory() {
        String machine = "pc,accel=" + spec.accelerator().argument();
        if (spec.backing() == Backing.PRIVATE) {
            add("-machine", machine);
            return;
        }
        long bytes = spec.memoryBytes() / spec.memoryNodes();
        for (int node = 0; node < spec.memoryNodes(); node++) {
            add("-object", backend(node, bytes));
            if (spec.memoryNodes() > 1) {
                add("-numa", "node,nodeid=" + node + ",memdev=ram" + node);
            }
        }
        add("-machine", spec.memoryNodes() > 1 ? machine : machine + ",memory-backend=ram0");
    }

    private String backend(int node, long bytes) {
        String common = ",id=ram" + node + ",size=" + size(bytes) + ",share=on";
        if (spec.backing().file()) {
            return "memory-backend-file" + common + ",mem-path=" + files.memory(node);
        }
        return "memory-backend-memfd" + common + (spec.backing().huge() ? ",hugetlb=on,hugetlbsize=2M" : "");
    }

    private void guest() {
        switch (spec.guest()) {
            case LINUX -> linux();
            case ROM -> rom();
        }
    }

    private void linux() {
        LinuxImage image = LinuxImage.get();
        add("-kernel", image.kernel().toString(), "-initrd", image.initramfs().toString());
        add("-append", LinuxImage.commandLine(spec.load(), spec.disk() != null));
    }

    private void rom() {
        if (RomImage.memoryBytes(spec.load()) > spec.memoryBytes()) {
            throw new LabException(spec.load() + " does not fit into " + spec.memoryBytes() + " bytes");
        }
        try {
            Files.write(files.of(ROM), RomImage.with(spec.load()));
        } catch (IOException e) {
            throw new LabException("cannot write the ROM", e);
        }
        add("-bios", files.of(ROM).toString());
    }

    private void disk() {
        DiskImage disk = spec.disk();
        if (disk != null) {
            add(
                    "-blockdev",
                    "driver=raw,node-name=disk,file.driver=file,file.filename=" + disk.file() + ",cache.direct="
                            + (disk.direct() ? "on" : "off"));
            add("-device", "virtio-blk-pci,drive=disk");
        }
    }

    private void connections() {
        add("-chardev", "file,id=serial,path=" + files.of(SERIAL), "-serial", "chardev:serial");
        for (String socket : List.of(ENGINE, WATCH)) {
            add("-qmp", "unix:" + files.of(socket) + ",server=on,wait=off");
        }
        add("-pidfile", files.of(PID).toString());
    }

    private void add(String... more) {
        words.addAll(List.of(more));
    }

    private static String size(long bytes) {
        return bytes + "B";
    }
}
