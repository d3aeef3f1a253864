package dev.faultline.migration.engine;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Stands between both engines and shows every frame to a test before it goes on. The test may hold it back for as long as
 * it likes, which is what makes races come out one way; or cut every connection.
 */
final class Relay implements AutoCloseable {
    private static final int HEADER_BYTES = 32;
    private static final int ROLE_BITS = 3;
    private static final int NUMBER_BITS = 0x1c;

    /** A frame's header, as the wire has it. */
    record Seen(boolean fromSource, int role, int connection, int type, int flags, long count, long page, long round) {}

    /** Looks at a frame before it goes on. */
    @FunctionalInterface
    interface Watch {
        void see(Seen frame) throws InterruptedException;

        /** Looks at a frame that has just come; to wait here makes its sender wait, once the buffers are full. */
        default void arrived(Seen frame) throws InterruptedException {}

        /** May change the payload of a frame that is about to go on; it begins behind the header. */
        default void alters(Seen frame, byte[] bytes) {}

        /** May change the first frame of a connection. */
        default void greets(ByteBuffer hello) {}
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Frame(Seen seen, byte[] bytes) {}

    private final ServerSocketChannel listener;
    private final InetSocketAddress destination;
    private final Watch watch;
    private final List<SocketChannel> sources = new CopyOnWriteArrayList<>();
    private final List<SocketChannel> targets = new CopyOnWriteArrayList<>();

    Relay(int destinationPort, Watch watch) throws IOException {
        this.watch = watch;
        destination = new InetSocketAddress(InetAddress.getLoopbackAddress(), destinationPort);
        listener = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        Thread.ofPlatform().daemon().name("relay").start(this::accept);
    }

    InetSocketAddress address() {
        return new InetSocketAddress(
                InetAddress.getLoopbackAddress(), listener.socket().getLocalPort());
    }

    private void accept() {
        try {
            while (true) {
                SocketChannel source = listener.accept();
                Thread.ofPlatform().daemon().start(() -> connect(source));
            }
        } catch (IOException e) {
            return; // closed
        }
    }

    private void connect(SocketChannel source) {
        try {
            SocketChannel target = SocketChannel.open(destination);
            sources.add(source);
            targets.add(target);
            ByteBuffer hello = header();
            read(source, hello);
            int role = hello.get(1) & ROLE_BITS;
            int number = (hello.get(1) & NUMBER_BITS) >> 2;
            watch.greets(hello);
            write(target, hello.rewind());
            Thread.ofPlatform().daemon().start(() -> pass(source, target, true, role, number));
            Thread.ofPlatform().daemon().start(() -> pass(target, source, false, role, number));
        } catch (IOException e) {
            close(List.of(source)); // cut while it greeted, or nobody listens
        }
    }

    private void pass(SocketChannel from, SocketChannel to, boolean fromSource, int role, int number) {
        LinkedBlockingQueue<Frame> frames = new LinkedBlockingQueue<>();
        Thread.ofPlatform().daemon().start(() -> forward(frames, to));
        ByteBuffer header = header();
        try {
            while (true) {
                read(from, header.clear());
                byte[] bytes = new byte[HEADER_BYTES + (int) header.getLong(24)];
                header.get(0, bytes, 0, HEADER_BYTES);
                read(from, ByteBuffer.wrap(bytes, HEADER_BYTES, bytes.length - HEADER_BYTES));
                Seen seen = seen(fromSource, role, number, header);
                watch.arrived(seen);
                frames.add(new Frame(seen, bytes));
            }
        } catch (IOException | InterruptedException e) {
            frames.add(new Frame(seen(fromSource, role, number, header()), new byte[0]));
        }
    }

    private static Seen seen(boolean fromSource, int role, int number, ByteBuffer header) {
        return new Seen(
                fromSource,
                role,
                number,
                header.get(0),
                header.get(1),
                header.getInt(4) & 0xffff_ffffL,
                header.getLong(8),
                header.getLong(16));
    }

    private void forward(LinkedBlockingQueue<Frame> frames, SocketChannel to) {
        try {
            for (Frame frame = frames.take(); frame.bytes.length > 0; frame = frames.take()) {
                watch.see(frame.seen);
                watch.alters(frame.seen, frame.bytes);
                write(to, ByteBuffer.wrap(frame.bytes));
            }
        } catch (IOException | InterruptedException e) {
            return; // closed
        } finally {
            end(to);
        }
    }

    private static ByteBuffer header() {
        return ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static void read(SocketChannel from, ByteBuffer target) throws IOException {
        while (target.hasRemaining()) {
            if (from.read(target) < 0) {
                throw new EOFException();
            }
        }
    }

    private static void write(SocketChannel to, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            to.write(bytes);
        }
    }

    private static void end(SocketChannel channel) {
        try {
            channel.shutdownOutput();
        } catch (IOException e) {
            return; // closed already
        }
    }

    /** Cuts every connection, as the death of a host does; first the destination's, which is not to hear of the source's. */
    void cut() {
        close(targets);
        cutSource();
    }

    /** Cuts the source off. To the destination its connections look as if they lived. */
    void cutSource() {
        close(sources);
    }

    private static void close(List<SocketChannel> channels) {
        for (SocketChannel channel : channels) {
            try {
                channel.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        cut();
    }
}
