package dev.faultline.cli.rate;

import dev.faultline.cli.json.Events;
import dev.faultline.cli.json.Json;
import dev.faultline.cli.option.EnumConverter;
import dev.faultline.migration.rate.AreaSample;
import dev.faultline.migration.rate.MemoryArea;
import dev.faultline.migration.rate.WriteSample;
import java.io.PrintStream;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** To machines: an event for the beginning, for each sample, and for the end. */
final class RateJson implements RateView {
    static final String WATCHING = "watching";
    static final String SAMPLE = "sample";

    private final Events events;
    private final boolean mappings;

    RateJson(PrintStream out, boolean mappings) {
        events = new Events(out);
        this.mappings = mappings;
    }

    @Override
    public void begin(WatchedProcess process, long stoppedNanos) {
        ObjectNode node = Json.object()
                .put("processId", process.processId())
                .put("memoryBytes", process.memoryBytes())
                .put("stoppedNanos", stoppedNanos);
        ArrayNode list = node.putArray("mappings");
        process.memory().forEach(area -> list.add(describe(area)));
        events.write(WATCHING, node);
    }

    private static ObjectNode describe(MemoryArea area) {
        return Json.object()
                .put("name", area.name())
                .put("lengthBytes", area.lengthBytes())
                .put("pageBytes", area.pageSize().bytes());
    }

    @Override
    public void tick(long elapsedNanos) {
        // A machine has a clock of its own.
    }

    @Override
    public void sample(WriteSample sample) {
        ObjectNode node = Json.object()
                .put("elapsedNanos", sample.elapsedNanos())
                .put("intervalNanos", sample.intervalNanos())
                .put("writtenBytes", sample.writtenBytes())
                .put("writtenBytesPerSecond", sample.writtenBytesPerSecond())
                .put("workingSet10sBytes", sample.recentBytes())
                .put("workingSetBytes", sample.totalBytes())
                .put("whole", sample.areas().stream().allMatch(AreaSample::isWhole));
        if (mappings) {
            ArrayNode list = node.putArray("mappings");
            sample.areas().forEach(area -> list.add(area(sample, area)));
        }
        events.write(SAMPLE, node);
    }

    private static ObjectNode area(WriteSample sample, AreaSample area) {
        return describe(area.area())
                .put("writtenBytes", area.writtenBytes())
                .put("writtenBytesPerSecond", WriteSample.perSecond(area.writtenBytes(), sample.intervalNanos()))
                .put("workingSet10sBytes", area.recentBytes())
                .put("workingSetBytes", area.totalBytes())
                .put("whole", area.isWhole());
    }

    @Override
    public void end(RateWatch.End end, RateSummary summary, Forecast forecast) {
        events.write(
                Events.DONE,
                Json.object()
                        .put("end", EnumConverter.word(end))
                        .put("elapsedNanos", summary.elapsedNanos())
                        .put("samples", summary.samples())
                        .put("writtenBytes", summary.writtenBytes())
                        .put("meanBytesPerSecond", summary.meanBytesPerSecond())
                        .put("maxBytesPerSecond", summary.mostBytesPerSecond())
                        .put("workingSet10sBytes", summary.recentBytes())
                        .put("workingSetBytes", summary.totalBytes())
                        .put("precopyRounds", EnumConverter.word(forecast.verdict()))
                        .put("text", forecast.text()));
    }

    @Override
    public void close() {
        // Nothing is shown in between.
    }
}
