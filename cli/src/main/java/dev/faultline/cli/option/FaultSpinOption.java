package dev.faultline.cli.option;

import dev.faultline.migration.destination.SpinLimit;
import picocli.CommandLine.Option;

/** For how long the destination looks for a fault. */
public final class FaultSpinOption {
    @Option(
            names = "--fault-spin",
            paramLabel = "auto|off|MICROS",
            defaultValue = "auto",
            converter = FaultSpinConverter.class,
            description =
                    "After a fault here, look for the next one for so long at most before sleeping until it comes; auto: 50"
                            + " where there are processors enough, else off (default: ${DEFAULT-VALUE}).")
    private SpinLimit limit = SpinLimit.OFF;

    /** Makes one, for picocli to fill. */
    public FaultSpinOption() {}

    /** {@return what was asked for} */
    public SpinLimit limit() {
        return limit;
    }
}
