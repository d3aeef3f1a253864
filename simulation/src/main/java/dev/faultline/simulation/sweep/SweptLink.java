package dev.faultline.simulation.sweep;

import dev.faultline.migration.host.Link;
import dev.faultline.simulation.world.World;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** One end of a connection. Frames are as long as those of the real guest would be. */
final class SweptLink implements Link {
    /** A thread moves 3.3 GB/s between its memory and a socket: loopback TCP carries 2 to 5 GB/s by one stream. */
    static final double COPY_NANOS_PER_BYTE = 0.3;

    private static final byte HELLO = 1;
    private static final byte PAGES = 4;
    private static final byte DIRTY_MAP = 11;
    private static final byte NEEDED = 18;
    private static final int FLAGS_OFFSET = 1;
    private static final int NUMBER_BITS = 0x1c;
    private static final int FAULTS = 2;
    private static final int UNKNOWN = -1;

    /** What both ends know of a connection: what it is for. */
    static final class Purpose {
        private int role = UNKNOWN;
    }

    private final World world;
    private final SweepPoint point;
    private final Purpose purpose;
    private final SweptWire wire;
    private final SweptPipe in;
    private final SweptPipe out;

    SweptLink(World world, SweepPoint point, Purpose purpose, SweptWire wire, SweptPipe in, SweptPipe out) {
        this.world = world;
        this.point = point;
        this.purpose = purpose;
        this.wire = wire;
        this.in = in;
        this.out = out;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        return in.read(target);
    }

    @Override
    public void write(ByteBuffer... sources) throws IOException {
        ByteBuffer header = sources[0];
        byte type = header.get(header.position());
        if (type == HELLO) {
            purpose.role = header.get(header.position() + FLAGS_OFFSET) & ~NUMBER_BITS;
        }
        ByteBuffer payload = sources.length > 1 ? sources[1] : ByteBuffer.allocate(0);
        if (type != PAGES) {
            send(header, payload, 0, length(type, header, payload), 0);
        } else if (purpose.role == FAULTS) {
            double asked = Math.min(point.pages().bytes(), point.bytesPerUnit());
            send(header, null, payload.remaining(), asked + header.remaining(), point.bytesPerUnit() - asked);
        } else {
            sendBulk(header, payload.remaining());
        }
        payload.position(payload.limit());
        header.position(header.limit());
    }

    private double length(byte type, ByteBuffer header, ByteBuffer payload) {
        boolean isMap = type == DIRTY_MAP || type == NEEDED;
        double perBit = isMap ? (double) point.bytesPerUnit() / point.pages().bytes() : 1;
        return header.remaining() + payload.remaining() * perBit;
    }

    /** All the pages that one stands for, each frame of the real engine's with its header. */
    private void sendBulk(ByteBuffer header, int contentBytes) throws IOException {
        double realBytes = point.real(contentBytes);
        double frames = realBytes / (point.pages().bytes() * point.pages().framePages());
        realBytes += frames * header.remaining();
        out.awaitRoom();
        world.time().pass(Math.round(realBytes * COPY_NANOS_PER_BYTE));
        out.add(copy(header), contentBytes, Math.max(wire.bulk(realBytes), out.pace(realBytes)), realBytes);
    }

    private void send(ByteBuffer header, @Nullable ByteBuffer payload, int contentBytes, double realBytes, double rest)
            throws IOException {
        out.awaitRoom();
        world.time().pass(Math.round(realBytes * COPY_NANOS_PER_BYTE));
        ByteBuffer head = copy(header);
        if (payload != null) {
            head = ByteBuffer.allocate(header.remaining() + payload.remaining());
            head.put(header.duplicate()).put(payload.duplicate()).flip();
        }
        out.add(head.order(ByteOrder.LITTLE_ENDIAN), contentBytes, wire.message(realBytes, rest), realBytes);
    }

    private static ByteBuffer copy(ByteBuffer header) {
        return ByteBuffer.allocate(header.remaining()).put(header.duplicate()).flip();
    }

    @Override
    public void endOutput() {
        out.end();
    }

    @Override
    public void close() {
        in.closeReader();
        out.end();
    }
}
