package dev.faultline.simulation.network;

import dev.faultline.migration.host.Link;
import dev.faultline.simulation.world.Moment;
import dev.faultline.simulation.world.World;
import java.io.IOException;
import java.nio.ByteBuffer;

/** One end of a connection. */
final class SimLink implements Link {
    private static final int FLAGS_OFFSET = 1;
    private static final byte HELLO = 1;
    private static final byte PING = 16;

    private final World world;
    private final String name;
    private final Pipe in;
    private final Pipe out;
    private final Connection connection;
    private boolean closed;

    SimLink(World world, String name, Pipe in, Pipe out, Connection connection) {
        this.world = world;
        this.name = name;
        this.in = in;
        this.out = out;
        this.connection = connection;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        int count = in.read(target);
        world.moment(Moment.READ);
        world.time().point("has read");
        return count;
    }

    /** An engine sends one frame at a time, the header first. */
    @Override
    public void write(ByteBuffer... sources) throws IOException {
        byte type = sources[0].get(sources[0].position());
        if (type == HELLO) {
            connection.introduce(sources[0].get(sources[0].position() + FLAGS_OFFSET));
        }
        if (world.isVerbose() && type != PING) {
            world.detail(name + " sends " + FrameText.of(sources[0]));
        }
        if (connection.isControl() && type != PING) {
            world.moment(Moment.CONTROL_FRAME);
        } else if (type != PING) {
            world.moment(Moment.DATA_FRAME);
        }
        world.time().point("sends");
        out.write(connection.passOn(sources[0]));
        for (int i = 1; i < sources.length; i++) {
            out.write(sources[i]);
        }
    }

    boolean isClosed() {
        return closed;
    }

    @Override
    public void endOutput() throws IOException {
        if (closed || out.isBroken()) {
            throw new IOException("closed");
        }
        out.end();
    }

    /** What has not been read by then makes the kernel tell the peer by a reset, which what was sent may not survive. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            boolean unread = in.closeReader();
            out.closeWriter();
            if (unread) {
                out.breakOff();
            }
        }
    }
}
