package dev.faultline.cli.command;

import dev.faultline.cli.attach.Limits;
import dev.faultline.guest.kvm.control.VmmMonitor;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Looks at a guest. */
@Command(
        name = "status",
        description = "Show what a guest is, what it does now, and what its checks have found.",
        mixinStandardHelpOptions = true)
public final class StatusCommand implements Callable<Integer> {
    @Option(names = "--guest", paramLabel = "NAME", required = true, description = "Control name of the guest.")
    private String guest = "";

    @Option(names = "--json", description = "Say it to machines: one JSON object.")
    private boolean json;

    private StatusCommand() {}

    @Override
    public Integer call() {
        try (VmmMonitor monitor = VmmMonitor.connect(guest, Limits.COMMAND_NANOS)) {
            StatusText.print(monitor.query(), json);
        }
        return 0;
    }
}
