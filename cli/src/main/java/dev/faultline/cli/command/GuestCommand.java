package dev.faultline.cli.command;

import dev.faultline.cli.json.Events;
import dev.faultline.cli.json.Json;
import dev.faultline.cli.option.GuestOptions;
import dev.faultline.cli.option.ParentOption;
import dev.faultline.cli.process.OperatorException;
import dev.faultline.guest.kvm.GuestConfig;
import dev.faultline.guest.kvm.GuestProcess;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs one guest in this process. */
@Command(
        name = "guest",
        description = "Run a guest, or one that waits for a migration, until it is told to quit.",
        mixinStandardHelpOptions = true)
public final class GuestCommand implements Callable<Integer> {
    @Option(
            names = "--control",
            paramLabel = "NAME",
            required = true,
            description = "Where its control socket listens: a path, or @NAME for one that leaves no file.")
    private String control = "";

    @Option(names = "--incoming", description = "Wait for a guest from another host instead of booting one.")
    private boolean incoming;

    @Option(names = "--start-paused", description = "Boot the guest, but wait for 'control resume' to run it.")
    private boolean startPaused;

    @Option(names = "--json", description = "Say it to machines: one JSON object per line.")
    private boolean json;

    @Mixin
    private GuestOptions guest = new GuestOptions();

    @Mixin
    private ParentOption parent = new ParentOption();

    private GuestCommand() {}

    @Override
    public Integer call() throws OperatorException {
        parent.bind();
        GuestConfig config = new GuestConfig(
                control,
                guest.memoryBytes(),
                guest.pageSize(),
                guest.vcpus(),
                guest.workingSetBytes(),
                guest.coldSetBytes(),
                guest.writeRatePagesPerSecond(),
                incoming,
                startPaused,
                guest.machine(),
                parent.processId());
        return GuestProcess.run(config, this::ready);
    }

    private void ready(String line) {
        if (json) {
            new Events(System.out)
                    .write(Events.READY, Json.object().put("guest", control).put("text", line));
        } else {
            System.out.println(line);
        }
    }
}
