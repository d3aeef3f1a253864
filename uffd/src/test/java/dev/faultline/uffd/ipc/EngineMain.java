package dev.faultline.uffd.ipc;

import dev.faultline.uffd.ChildMain;
import dev.faultline.uffd.FaultLoop;
import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** An engine in a process of its own. Arguments: the socket, and before which fault to die, having read it. */
final class EngineMain {
    static final int DEAD = 9;

    private EngineMain() {}

    public static void main(String[] args) {
        ChildMain.begin(args);
        AtomicInteger left = new AtomicInteger(Integer.parseInt(args[2]));
        try (UnixConnection connection = UnixConnection.connect(args[1]);
                Engine engine = Engine.attach(connection)) {
            // The faults that a predecessor took to its grave come again.
            engine.uffd.wake(engine.guest.address(), engine.guest.lengthBytes());
            try (FaultLoop _ = FaultLoop.start(engine.uffd, (batch, index) -> {
                if (left.getAndDecrement() == 0) {
                    Runtime.getRuntime().halt(DEAD);
                }
                engine.answer(batch, index);
            })) {
                connection.receive(new byte[1], new ArrayList<>(), -1);
            }
        }
    }
}
