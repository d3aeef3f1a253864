package dev.faultline.migration.engine;

import dev.faultline.migration.wire.Frame;
import dev.faultline.migration.wire.FrameChannel;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Sends control frames from a thread of its own: a peer that does not read may stop that thread, and never the session's,
 * whose clock has to notice it.
 */
public final class Outbox {
    private final FrameChannel channel;
    private final LinkedBlockingQueue<Optional<Frame>> frames = new LinkedBlockingQueue<>();

    /** Makes the outbox of a connection. */
    public Outbox(FrameChannel channel) {
        this.channel = channel;
    }

    /** Has a frame sent after those before it. */
    public void send(Frame frame) {
        frames.add(Optional.of(frame));
    }

    /** Has the peer told, after the last frame, that no more come. */
    public void end() {
        frames.add(Optional.empty());
    }

    /** Sends until the end. */
    public void run() throws IOException, InterruptedException {
        Optional<Frame> next = frames.take();
        while (next.isPresent()) {
            channel.write(next.get());
            next = frames.take();
        }
        channel.endOutput();
    }
}
