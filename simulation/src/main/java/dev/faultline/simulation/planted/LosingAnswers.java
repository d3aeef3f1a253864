package dev.faultline.simulation.planted;

import dev.faultline.migration.host.Host;
import dev.faultline.migration.host.Link;
import dev.faultline.migration.host.Listener;
import dev.faultline.migration.host.Signal;
import dev.faultline.migration.host.Worker;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** A host whose engine forgets every third answer to a fault. */
record LosingAnswers(Host to) implements Host {
    private static final int LOST_EVERY = 3;
    private static final byte HELLO = 1;
    private static final byte FAULTS = 2;

    @Override
    public long nanoTime() {
        return to.nanoTime();
    }

    @Override
    public long newId() {
        return to.newId();
    }

    @Override
    public Worker start(String name, Runnable body) {
        return to.start(name, body);
    }

    @Override
    public Signal newSignal() {
        return to.newSignal();
    }

    @Override
    public void pause(long nanos) {
        to.pause(nanos);
    }

    @Override
    public long residentBytes() {
        return to.residentBytes();
    }

    @Override
    public Link connect(InetSocketAddress address) throws IOException {
        return new Losing(to.connect(address));
    }

    @Override
    public Listener listen(InetSocketAddress address) throws IOException {
        return to.listen(address);
    }

    private static final class Losing implements Link {
        private final Link to;
        private boolean answers;
        private int frames;

        Losing(Link to) {
            this.to = to;
        }

        @Override
        public int read(ByteBuffer target) throws IOException {
            return to.read(target);
        }

        @Override
        public void write(ByteBuffer... sources) throws IOException {
            ByteBuffer header = sources[0];
            boolean isHello = header.get(header.position()) == HELLO;
            if (isHello) {
                answers = header.get(header.position() + 1) == FAULTS;
            }
            frames++;
            if (!answers || isHello || frames % LOST_EVERY != 0) {
                to.write(sources);
            }
        }

        @Override
        public void endOutput() throws IOException {
            to.endOutput();
        }

        @Override
        public void close() {
            to.close();
        }
    }
}
