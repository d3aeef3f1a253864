package dev.faultline.simulation.sweep;

import dev.faultline.migration.host.Host;
import dev.faultline.migration.host.Link;
import dev.faultline.migration.host.Listener;
import dev.faultline.migration.host.Signal;
import dev.faultline.migration.host.Worker;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.function.BooleanSupplier;

/** A host whose engine, with nothing to do, looks up twice a second and not twenty times: a move may take days here. */
record PatientHost(Host to) implements Host {
    static final long IDLE_NANOS = 500_000_000L;

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
        Signal signal = to.newSignal();
        return new Signal() {
            @Override
            public boolean await(BooleanSupplier until, long timeoutNanos) throws InterruptedException {
                return signal.await(until, Math.max(timeoutNanos, IDLE_NANOS));
            }

            @Override
            public void raise() {
                signal.raise();
            }
        };
    }

    @Override
    public void pause(long nanos) {
        to.pause(nanos);
    }

    @Override
    public Link connect(InetSocketAddress address) throws IOException {
        return to.connect(address);
    }

    @Override
    public Listener listen(InetSocketAddress address) throws IOException {
        return to.listen(address);
    }
}
