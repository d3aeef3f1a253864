package dev.faultline.migration.engine;

import dev.faultline.migration.host.Host;
import dev.faultline.migration.host.Signal;
import dev.faultline.migration.wire.Frame;
import dev.faultline.migration.wire.FrameChannel;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Sends control frames from a thread of its own: a peer that does not read may stop that thread, and never the session's,
 * whose clock has to notice it.
 */
public final class Outbox {
    private final FrameChannel channel;
    private final ConcurrentLinkedQueue<Optional<Frame>> frames = new ConcurrentLinkedQueue<>();
    private final Signal added;

    /** Makes the outbox of a connection. */
    public Outbox(Host host, FrameChannel channel) {
        this.channel = channel;
        added = host.newSignal();
    }

    /** Has a frame sent after those before it. */
    public void send(Frame frame) {
        add(Optional.of(frame));
    }

    /** Has the peer told, after the last frame, that no more come. */
    public void end() {
        add(Optional.empty());
    }

    private void add(Optional<Frame> frame) {
        frames.add(frame);
        added.raise();
    }

    /** Sends until the end. */
    public void run() throws IOException, InterruptedException {
        Optional<Frame> next = take();
        while (next.isPresent()) {
            channel.write(next.get());
            next = take();
        }
        channel.endOutput();
    }

    private Optional<Frame> take() throws InterruptedException {
        added.await(() -> !frames.isEmpty(), Signal.FOREVER);
        return frames.remove(); // nobody else takes
    }
}
