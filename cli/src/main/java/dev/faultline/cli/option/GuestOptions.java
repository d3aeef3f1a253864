package dev.faultline.cli.option;

import dev.faultline.guest.kvm.MachineChoice;
import dev.faultline.uffd.memory.PageSize;
import java.util.List;
import picocli.CommandLine.Option;

/** What a guest is: the options that {@code guest} and {@code demo} share. */
public final class GuestOptions {
    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            defaultValue = "1G",
            converter = SizeConverter.class,
            description = "Memory of the guest (default: ${DEFAULT-VALUE}).")
    private long memoryBytes;

    @Option(
            names = "--page-size",
            paramLabel = "4K|2M",
            defaultValue = "4K",
            converter = PageSizeConverter.class,
            description = "Page size of that memory (default: ${DEFAULT-VALUE}).")
    private PageSize pageSize = PageSize.SIZE_4K;

    @Option(
            names = "--vcpus",
            paramLabel = "N",
            defaultValue = "1",
            description = "Processors of the guest (default: ${DEFAULT-VALUE}).")
    private int vcpus;

    @Option(
            names = "--working-set",
            paramLabel = "SIZE",
            defaultValue = "256M",
            converter = SizeConverter.class,
            description = "How much of its memory the guest rewrites all the time (default: ${DEFAULT-VALUE}).")
    private long workingSetBytes;

    @Option(
            names = "--cold-set",
            paramLabel = "SIZE",
            defaultValue = "128M",
            converter = SizeConverter.class,
            description = "How much more of it the guest touches now and then (default: ${DEFAULT-VALUE}).")
    private long coldSetBytes;

    @Option(
            names = "--write-rate",
            paramLabel = "PAGES_PER_S|max",
            defaultValue = "max",
            converter = RateConverter.class,
            description = "How many pages of 4 KiB the guest writes per second at most (default: ${DEFAULT-VALUE}).")
    private long writeRatePagesPerSecond;

    @Option(
            names = "--machine",
            paramLabel = "auto|kvm|native",
            defaultValue = "auto",
            converter = EnumConverter.Machine.class,
            description = "What the guest runs on: KVM, or threads where there is no KVM (default: ${DEFAULT-VALUE}).")
    private MachineChoice machine = MachineChoice.AUTO;

    /** Makes one, for picocli to fill. */
    public GuestOptions() {}

    /** {@return its memory in bytes} */
    public long memoryBytes() {
        return memoryBytes;
    }

    /** {@return the page size of its memory} */
    public PageSize pageSize() {
        return pageSize;
    }

    /** {@return how many processors it has} */
    public int vcpus() {
        return vcpus;
    }

    /** {@return how many bytes it rewrites all the time} */
    public long workingSetBytes() {
        return workingSetBytes;
    }

    /** {@return how many more bytes it touches now and then} */
    public long coldSetBytes() {
        return coldSetBytes;
    }

    /** {@return how many pages it writes per second at most, or 0 for no limit} */
    public long writeRatePagesPerSecond() {
        return writeRatePagesPerSecond;
    }

    /** {@return what it is to run on} */
    public MachineChoice machine() {
        return machine;
    }

    /** {@return the same as arguments of another command} */
    public List<String> toArguments() {
        return List.of(
                "--memory",
                Long.toString(memoryBytes),
                "--page-size",
                Long.toString(pageSize.bytes()),
                "--vcpus",
                Integer.toString(vcpus),
                "--working-set",
                Long.toString(workingSetBytes),
                "--cold-set",
                Long.toString(coldSetBytes),
                "--write-rate",
                writeRatePagesPerSecond == 0 ? "max" : Long.toString(writeRatePagesPerSecond),
                "--machine",
                EnumConverter.word(machine));
    }
}
