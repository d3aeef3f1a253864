package dev.faultline.cli.rate;

import dev.faultline.cli.text.Numbers;
import dev.faultline.cli.text.Sizes;
import dev.faultline.cli.text.StatusLine;
import dev.faultline.cli.text.Terminal;
import dev.faultline.migration.rate.AreaSample;
import dev.faultline.migration.rate.MemoryArea;
import dev.faultline.migration.rate.WriteSample;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/** To people: a row for each sample, and under the last one a line that shows that time goes by. */
final class RateText implements RateView {
    private static final double NANOS_PER_SECOND = 1e9;

    private final Duration interval;
    private final boolean mappings;
    private final PrintStream out;
    private final StatusLine line;
    private long processId;

    RateText(Terminal terminal, Duration interval, boolean mappings) {
        this.interval = interval;
        this.mappings = mappings;
        out = terminal.stream();
        line = new StatusLine(terminal, true);
    }

    @Override
    public void begin(WatchedProcess process, long stoppedNanos) {
        processId = process.processId();
        out.println("Watching " + Sizes.format(process.memoryBytes()) + " of process " + processId + " in "
                + Numbers.count(process.memory().size(), "memory file") + ", its main thread stood still for "
                + Numbers.nanos(stoppedNanos) + "; Ctrl-C ends it.");
        out.println(row("time", "written", "per second", "last 10 s", "since start", ""));
        out.flush();
    }

    @Override
    public void tick(long elapsedNanos) {
        line.show(() -> "process " + processId + "  " + seconds(elapsedNanos) + "  Ctrl-C ends it");
    }

    @Override
    public void sample(WriteSample sample) {
        line.clear();
        out.println(row(
                seconds(sample.elapsedNanos()),
                Sizes.format(sample.writtenBytes()),
                rate(sample.writtenBytesPerSecond()),
                Sizes.format(sample.recentBytes()),
                Sizes.format(sample.totalBytes()),
                mappings || sample.areas().stream().allMatch(AreaSample::isWhole) ? "" : "  (not all is watched)"));
        if (mappings) {
            sample.areas().forEach(area -> out.println(row(sample, area)));
        }
        out.flush();
    }

    private static String row(WriteSample sample, AreaSample area) {
        return row(
                "",
                Sizes.format(area.writtenBytes()),
                rate(WriteSample.perSecond(area.writtenBytes(), sample.intervalNanos())),
                Sizes.format(area.recentBytes()),
                Sizes.format(area.totalBytes()),
                "  " + name(area.area()) + (area.isWhole() ? "" : " (not all is watched: mapped over meanwhile)"));
    }

    private static String name(MemoryArea area) {
        return printable(area.name()) + ", " + Sizes.format(area.lengthBytes()) + ", pages of "
                + area.pageSize().label();
    }

    /** A file's name may be anything, orders to the terminal included. */
    static String printable(String name) {
        return name.replaceAll("\\p{Cc}", "?");
    }

    @Override
    public void end(RateWatch.End end, RateSummary summary, Forecast forecast) {
        line.clear();
        if (end == RateWatch.End.PROCESS_ENDED) {
            out.println("Process " + processId + " has ended; what it wrote after the last row is not known.");
        }
        out.println("Process " + processId + " wrote " + rate(summary.meanBytesPerSecond()) + " on average and "
                + rate(summary.mostBytesPerSecond()) + " at most, each page counted once in each interval of "
                + Numbers.nanos(interval.toNanos()) + ".");
        out.println(forecast.text());
        out.flush();
    }

    private String seconds(long nanos) {
        String format = interval.toMillis() < 100 ? "%.2f s" : "%.1f s";
        return String.format(Locale.ROOT, format, nanos / NANOS_PER_SECOND);
    }

    private static String rate(long bytesPerSecond) {
        return Sizes.format(bytesPerSecond) + "/s";
    }

    private static String row(
            String time, String written, String perSecond, String recent, String total, String remark) {
        return String.format(
                Locale.ROOT, "%10s  %12s  %14s  %12s  %12s%s", time, written, perSecond, recent, total, remark);
    }

    @Override
    public void close() {
        line.close();
    }
}
