package dev.faultline.qemu.lab.guest;

import static org.junit.jupiter.api.Assumptions.abort;

import dev.faultline.qemu.lab.host.Command;
import dev.faultline.qemu.lab.host.LabException;
import dev.faultline.testing.Skipping;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Debian's kernel with a first file system that has busybox, the modules of a virtio disk, and the workload.
 *
 * @param kernel a bzImage, for QEMU's -kernel
 * @param initramfs for QEMU's -initrd
 */
public record LinuxImage(Path kernel, Path initramfs) {
    private static final List<String> COMPILE =
            List.of("cc", "-O2", "-funroll-loops", "-static", "-pthread", "-o", "workload", "workload.c");
    private static final List<String> MODULES = List.of(
            "virtio", "virtio_ring", "virtio_pci_legacy_dev", "virtio_pci_modern_dev", "virtio_pci", "virtio_blk");

    /**
     * Only what is worse than an error is printed: a message in the middle of a heartbeat would break it. On a busy host
     * the timer's interrupts under TCG come too late for the kernel's check of them, and it would not boot.
     */
    private static final String KERNEL_PARAMETERS =
            "console=ttyS0 loglevel=3 panic=-1 oops=panic nokaslr nowatchdog no_timer_check ";

    /**
     * {@return the image, made now if it was not made before}
     *
     * @throws LabException if something that it is made of, or with, is missing
     */
    public static LinuxImage get() {
        DebianPackage kernel = DebianPackage.kernel();
        byte[] workload = ImageCache.resource("workload.c");
        Map<String, byte[]> files = files(kernel, DebianPackage.busybox());
        List<byte[]> inputs = new ArrayList<>(files.values());
        inputs.add(workload);
        inputs.add((COMPILE + " " + files.keySet()).getBytes(StandardCharsets.UTF_8));
        Path made = ImageCache.directory("linux-" + ImageCache.key(inputs), directory -> {
            Files.write(directory.resolve("workload.c"), workload);
            Command.runIn(directory, COMPILE.toArray(String[]::new));
            files.put("bin/workload", Files.readAllBytes(directory.resolve("workload")));
            Files.write(directory.resolve("initramfs"), initramfs(files));
        });
        return new LinuxImage(kernel.find("vmlinuz-"), made.resolve("initramfs"));
    }

    /**
     * Skips the running test where the image cannot be made, because the host is not Debian or the network is missing;
     * with CI=true it fails.
     */
    public static void require() {
        try {
            get();
        } catch (LabException e) {
            Skipping.allow("needs the lab's Linux guest: " + e.getMessage(), e);
            abort("needs the lab's Linux guest: " + e.getMessage());
        }
    }

    /**
     * {@return the kernel's command line}
     *
     * @param load what the workload is to do
     * @param disk whether it has a disk to use
     */
    public static String commandLine(GuestLoad load, boolean disk) {
        // Told and not measured: on a busy host the kernel measures a rate that is far off.
        return KERNEL_PARAMETERS + "tsc_early_khz=" + TimeStampCounter.cyclesPerMilli() + " "
                + load.kernelParameters(disk);
    }

    /** What is in the first file system besides the workload, by its path there. */
    private static Map<String, byte[]> files(DebianPackage kernel, DebianPackage busybox) {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("init", ImageCache.resource("init.sh"));
        files.put("bin/busybox", read(busybox.find("bin/busybox")));
        for (String module : MODULES) {
            Path file = kernel.find(module + ".ko");
            files.put("modules/" + file.getFileName(), read(file));
        }
        return files;
    }

    private static byte[] initramfs(Map<String, byte[]> files) {
        CpioArchive archive = new CpioArchive();
        for (String name : List.of("bin", "dev", "proc", "sys", "modules")) {
            archive.directory(name);
        }
        archive.characterDevice("dev/console", 5, 1);
        files.forEach(archive::executable);
        return archive.finish();
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new LabException("cannot read " + file, e);
        }
    }
}
