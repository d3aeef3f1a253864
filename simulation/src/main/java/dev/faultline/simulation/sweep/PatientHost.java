package dev.faultline.simulation.sweep;

import dev.faultline.migration.host.ForwardingHost;
import dev.faultline.migration.host.Host;
import dev.faultline.migration.host.Signal;
import java.util.function.BooleanSupplier;

/** A host whose engine, with nothing to do, looks up twice a second and not twenty times: a move may take days here. */
final class PatientHost extends ForwardingHost {
    static final long IDLE_NANOS = 500_000_000L;

    PatientHost(Host host) {
        super(host);
    }

    @Override
    public Signal newSignal() {
        Signal signal = super.newSignal();
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
}
