package dev.faultline.cli.option;

import dev.faultline.migration.Compression;
import dev.faultline.migration.DataPath;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** How page content crosses the network. */
public final class DataPathOptions {
    @Option(
            names = "--connections",
            paramLabel = "N",
            defaultValue = "1",
            converter = Connections.class,
            description = "How many connections carry pages, 1 to 8 (default: ${DEFAULT-VALUE}).")
    private int connections = 1;

    @Option(
            names = "--compress",
            paramLabel = "none|lz4|zstd|auto",
            defaultValue = "none",
            converter = EnumConverter.Compressing.class,
            description = "Compress pages; auto does so only while the network is slower than that (default:"
                    + " ${DEFAULT-VALUE}).")
    private Compression compression = Compression.NONE;

    @Option(
            names = "--deltas",
            description =
                    "Of a huge page that was sent before, send only the 4 KiB blocks that have changed since; takes"
                            + " memory for hashes, 0.4 percent of the guest's.")
    private boolean deltas;

    /** Makes one, for picocli to fill. */
    public DataPathOptions() {}

    /** Reads a number of connections. */
    static final class Connections implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String value) {
            try {
                int connections = Integer.parseInt(value);
                if (connections >= 1 && connections <= DataPath.MAX_CONNECTIONS) {
                    return connections;
                }
            } catch (NumberFormatException e) {
                // Said below.
            }
            throw new TypeConversionException(
                    "'" + value + "' is no number of connections; write 1 to " + DataPath.MAX_CONNECTIONS);
        }
    }

    /** {@return what was asked for} */
    public DataPath get() {
        return new DataPath(connections, compression, deltas);
    }
}
