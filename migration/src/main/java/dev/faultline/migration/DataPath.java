package dev.faultline.migration;

/**
 * How page content crosses the network.
 *
 * @param connections how many connections carry pages, 1 to {@link #MAX_CONNECTIONS}
 * @param compression what is done to their content
 * @param deltas whether of a huge page that was sent before only the 4 KiB blocks that changed are sent again
 */
public record DataPath(int connections, Compression compression, boolean deltas) {
    /** As many as HELLO can number. */
    public static final int MAX_CONNECTIONS = 8;

    /** One connection, and content as it is. */
    public static final DataPath PLAIN = new DataPath(1, Compression.NONE);

    /**
     * Without deltas.
     *
     * @param connections how many connections carry pages, 1 to {@link #MAX_CONNECTIONS}
     * @param compression what is done to their content
     */
    public DataPath(int connections, Compression compression) {
        this(connections, compression, false);
    }

    /** {@return the same with deltas} */
    public DataPath withDeltas() {
        return new DataPath(connections, compression, true);
    }

    /**
     * Checks the number.
     *
     * @throws IllegalArgumentException if it is not 1 to {@link #MAX_CONNECTIONS}
     */
    public DataPath {
        if (connections < 1 || connections > MAX_CONNECTIONS) {
            throw new IllegalArgumentException("1 to " + MAX_CONNECTIONS + " connections, not " + connections);
        }
    }
}
