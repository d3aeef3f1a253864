package dev.faultline.cli.rate;

import dev.faultline.cli.option.ParentOption;
import dev.faultline.cli.option.SecondsConverter;
import dev.faultline.cli.option.SizeConverter;
import dev.faultline.cli.process.OperatorException;
import dev.faultline.cli.text.Terminal;
import dev.faultline.migration.rate.WriteMeter;
import dev.faultline.uffd.LinuxUffd;
import dev.faultline.uffd.UffdFeature;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures how fast a process writes to its memory. */
@Command(
        name = "dirty-rate",
        description = {
            "Show how fast a running process writes to its shared memory, and how large its working set is.",
            "",
            "The process is not restarted and need not help. It takes a page fault at its first write to each page after"
                    + " each sample, and nothing of this stays in it, however this command ends. While it is watched, no"
                    + " migration of it can begin.",
            "",
            "A page counts once in each interval, however often it was written: it is what a pre-copy round as long as"
                    + " the interval would have to send again, and no count of stores. A shorter interval shows a higher"
                    + " rate. Not seen is what other processes write to the same memory, what is written by pwrite(2)"
                    + " or by devices to pages that they looked up before, and memory that is mapped later.",
            ""
        },
        mixinStandardHelpOptions = true)
public final class DirtyRateCommand implements Callable<Integer> {
    @ArgGroup(multiplicity = "1")
    private RateTarget target = new RateTarget();

    @Option(
            names = "--interval",
            paramLabel = "SECONDS",
            defaultValue = "1",
            converter = SecondsConverter.class,
            description = "Time between two samples (default: ${DEFAULT-VALUE}).")
    private Duration interval = Duration.ofSeconds(1);

    @Option(
            names = "--seconds",
            paramLabel = "SECONDS",
            converter = SecondsConverter.class,
            description = "For how long, in whole intervals (default: until Ctrl-C).")
    private @Nullable Duration length;

    @Option(
            names = "--bandwidth",
            paramLabel = "SIZE",
            converter = SizeConverter.class,
            description =
                    "Tell at the end whether a migration that sends so many bytes each second would come to an end.")
    private @Nullable Long bandwidthBytesPerSecond;

    @Option(names = "--mappings", description = "Show each memory file by itself, too.")
    private boolean mappings;

    @Option(names = "--json", description = "Say it to machines: one JSON object per line.")
    private boolean json;

    @Mixin
    private ParentOption parent = new ParentOption();

    private DirtyRateCommand() {}

    @Override
    public Integer call() throws OperatorException {
        parent.bind();
        if (bandwidthBytesPerSecond != null && bandwidthBytesPerSecond <= 0) {
            throw new OperatorException("Nothing can be sent with a bandwidth of 0");
        }
        Duration step = length != null && length.compareTo(interval) < 0 ? length : interval;
        // Closed last, and with it the JVM's wait for the rest.
        try (StopRequest stop = new StopRequest();
                WatchedProcess process = target.find();
                WriteMeter meter = begin(process);
                RateView view = view(step)) {
            view.begin(process, meter.stoppedNanos());
            RateWatch watch = new RateWatch(meter, view, stop::isMade, System.out::checkError);
            RateWatch.End end = watch.run(step, Optional.ofNullable(length));
            show(view, end, watch.summary(), process);
        }
        return 0;
    }

    private RateView view(Duration step) {
        return json ? new RateJson(System.out, mappings) : new RateText(Terminal.stdout(), step, mappings);
    }

    private static WriteMeter begin(WatchedProcess process) throws OperatorException {
        requireKernel(process.features());
        try {
            return WriteMeter.begin(process.processId(), process.memory(), process.features());
        } catch (IllegalArgumentException | IllegalStateException e) {
            // It cannot be traced: a debugger has it, say.
            throw new OperatorException(String.valueOf(e.getMessage()), e);
        }
    }

    private static void requireKernel(Set<UffdFeature> features) throws OperatorException {
        Set<UffdFeature> lacking = EnumSet.copyOf(features);
        lacking.removeAll(LinuxUffd.kernelFeatures());
        if (!lacking.isEmpty()) {
            throw new OperatorException("This kernel's userfaultfd lacks " + lacking + ": use Linux 6.7 or newer");
        }
    }

    private void show(RateView view, RateWatch.End end, RateSummary summary, WatchedProcess process)
            throws OperatorException {
        if (summary.samples() == 0) {
            throw new OperatorException(
                    "Process " + process.processId() + " has ended before the first interval was over");
        }
        OptionalLong bandwidth =
                bandwidthBytesPerSecond == null ? OptionalLong.empty() : OptionalLong.of(bandwidthBytesPerSecond);
        view.end(end, summary, Forecast.of(summary, bandwidth));
    }
}
