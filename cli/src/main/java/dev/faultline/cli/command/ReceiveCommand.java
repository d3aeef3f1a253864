package dev.faultline.cli.command;

import dev.faultline.cli.json.Events;
import dev.faultline.cli.json.Json;
import dev.faultline.cli.json.RecordJson;
import dev.faultline.cli.option.AddressConverter;
import dev.faultline.cli.option.EnumConverter;
import dev.faultline.cli.option.Network;
import dev.faultline.cli.option.ParentOption;
import dev.faultline.cli.process.OperatorException;
import dev.faultline.guest.kvm.control.VmmClient;
import dev.faultline.migration.MigrationException;
import dev.faultline.migration.TestSwitch;
import dev.faultline.migration.destination.Acceptor;
import dev.faultline.migration.destination.DestinationEngine;
import dev.faultline.migration.destination.DestinationOptions;
import dev.faultline.migration.destination.DestinationReport;
import java.net.InetSocketAddress;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Takes a guest in. */
@Command(
        name = "receive",
        description = "Wait for a migration and take its guest into a process started with 'guest --incoming'.",
        mixinStandardHelpOptions = true)
public final class ReceiveCommand implements Callable<Integer> {
    @Option(
            names = "--guest",
            paramLabel = "NAME",
            required = true,
            description = "Control name of the process that waits for the guest.")
    private String guest = "";

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:7070",
            converter = AddressConverter.class,
            description = "Where to listen; port 0 takes any that is free (default: ${DEFAULT-VALUE}).")
    private InetSocketAddress address = new InetSocketAddress(0);

    @Option(names = "--insecure", description = "Allow guest memory to cross a network in plain text.")
    private boolean insecure;

    @Option(names = "--start-paused", description = "Keep the guest paused here until 'control resume'.")
    private boolean startPaused;

    @Option(names = "--json", description = "Say it to machines: one JSON object per line.")
    private boolean json;

    @Option(names = "--test-switch", hidden = true, converter = EnumConverter.Switch.class, description = "Break it.")
    private TestSwitch testSwitch = TestSwitch.NONE;

    @Mixin
    private ParentOption parent = new ParentOption();

    private ReceiveCommand() {}

    @Override
    public Integer call() throws OperatorException, MigrationException {
        parent.bind();
        Network.check(address, insecure);
        sayDone(receive());
        return 0;
    }

    private DestinationReport receive() throws MigrationException {
        try (VmmClient client = VmmClient.attach(guest, Limits.COMMAND_NANOS);
                Acceptor acceptor = Acceptor.listen(address);
                ProgressPrinter progress = new ProgressPrinter(json)) {
            sayListening(acceptor.port());
            return DestinationEngine.run(client, acceptor, new DestinationOptions(startPaused, testSwitch), progress);
        }
    }

    private void sayListening(int port) {
        String host = address.getHostString();
        if (json) {
            new Events(System.out)
                    .write(Events.LISTENING, Json.object().put("host", host).put("port", port));
        } else {
            System.out.println("Waiting for a guest on " + (host.contains(":") ? "[" + host + "]" : host) + ":" + port);
        }
    }

    private void sayDone(DestinationReport report) {
        if (json) {
            new Events(System.out).write(Events.DONE, RecordJson.write(report));
        } else {
            System.out.print(ReportText.destination(report));
            System.out.println(startPaused ? "The guest is here, and paused." : "The guest runs here.");
        }
    }
}
