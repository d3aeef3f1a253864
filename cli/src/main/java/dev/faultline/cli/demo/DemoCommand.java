package dev.faultline.cli.demo;

import dev.faultline.cli.json.Json;
import dev.faultline.cli.option.EnumConverter;
import dev.faultline.cli.option.GuestOptions;
import dev.faultline.cli.option.LimitOptions;
import dev.faultline.cli.option.MemoryBackend;
import dev.faultline.cli.process.OperatorException;
import dev.faultline.cli.text.Sentence;
import dev.faultline.cli.text.StatusLine;
import dev.faultline.cli.text.Terminal;
import dev.faultline.guest.kvm.MachineChoice;
import dev.faultline.migration.MigrationMode;
import dev.faultline.migration.TestSwitch;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.uffd.LinuxUffd;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows a migration from beginning to end on this machine. */
@Command(
        name = "demo",
        description = {
            "Start a guest, move it from one process to another, and let it check every page.",
            "Exit code 0 only if the guest ran on both sides and every page that it checked was right."
        },
        mixinStandardHelpOptions = true)
public final class DemoCommand implements Callable<Integer> {
    @Mixin
    private GuestOptions guest = new GuestOptions();

    @Option(
            names = "--mode",
            paramLabel = "precopy|postcopy|hybrid",
            defaultValue = "hybrid",
            converter = EnumConverter.Mode.class,
            description = "Copy before the guest moves, after, or both (default: ${DEFAULT-VALUE}).")
    private MigrationMode mode = MigrationMode.HYBRID;

    @Mixin
    private LimitOptions limits = new LimitOptions();

    @Option(
            names = "--memory-backend",
            paramLabel = "kernel|model",
            converter = EnumConverter.Backend.class,
            description = "Whose userfaultfd to use: the kernel's, or that of the model in Java, which runs anywhere"
                    + " (default: the kernel's if it has what is needed).")
    private @Nullable MemoryBackend backend;

    @Option(
            names = "--verify",
            description = "Hash every page as it arrives, and compare it at the end with what the source has.")
    private boolean verify;

    @Option(
            names = "--compare",
            description = "Keep the guest paused on the destination until all of its memory is there, and compare it.")
    private boolean compare;

    @Option(
            names = "--reserve-hugepages",
            description = "Add the huge pages that are missing to this machine's pool, and take them off again.")
    private boolean reserveHugePages;

    @Option(names = "--json", description = "Print the summary as one JSON object.")
    private boolean json;

    @Option(
            names = "--hold-map",
            paramLabel = "SECONDS",
            hidden = true,
            defaultValue = "0",
            description = "Hold the dirty map back for so long after the hand-over.")
    private long holdMapSeconds;

    @Option(names = "--test-switch", hidden = true, converter = EnumConverter.Switch.class, description = "Break it.")
    private TestSwitch testSwitch = TestSwitch.NONE;

    private DemoCommand() {}

    @Override
    public Integer call() throws OperatorException {
        try {
            DemoResult result = run();
            System.out.print(json ? Json.line(SummaryJson.write(result)) + "\n" : SummaryText.render(result));
            return judge(result);
        } catch (OperatorException | GuestException e) {
            if (json) {
                System.out.println(Json.line(SummaryJson.failure(Sentence.of(String.valueOf(e.getMessage())))));
            }
            throw e;
        }
    }

    private DemoResult run() throws OperatorException {
        limits.of(mode); // whatever makes no sense is refused before anything starts
        BackendChoice choice = BackendChoice.of(backend, LinuxUffd::kernelFeatures);
        choice.fallback().ifPresent(why -> System.err.println(Sentence.of("The demo runs on the model: " + why)));
        DemoSettings settings =
                new DemoSettings(guest, choice, mode, limits, verify, compare, holdMapSeconds, testSwitch);
        Terminal terminal = json ? Terminal.stderr() : Terminal.stdout();
        try (StatusLine line = new StatusLine(terminal, json)) {
            return choice.backend() == MemoryBackend.MODEL ? onModel(settings, line) : onKernel(settings, line);
        }
    }

    private DemoResult onKernel(DemoSettings settings, StatusLine line) throws OperatorException {
        try (HugePages _ = HugePages.provide(guest, reserveHugePages);
                Hosts hosts = new ProcessHosts(settings)) {
            return new Demo(settings, hosts, line).run();
        }
    }

    private DemoResult onModel(DemoSettings settings, StatusLine line) throws OperatorException {
        if (guest.machine() == MachineChoice.KVM) {
            throw new OperatorException("KVM knows nothing of the model's memory: leave '--machine kvm' out, or use"
                    + " '--memory-backend kernel'");
        }
        try (Hosts hosts = new ModelHosts(settings)) {
            return new Demo(settings, hosts, line).run();
        }
    }

    private static int judge(DemoResult result) {
        Verdict verdict = Verdict.of(result);
        if (verdict.isGood()) {
            return 0;
        }
        System.err.println(Sentence.of(verdict.problem()));
        return 1;
    }
}
