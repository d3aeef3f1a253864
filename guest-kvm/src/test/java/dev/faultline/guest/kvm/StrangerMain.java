package dev.faultline.guest.kvm;

import dev.faultline.uffd.ipc.UnixConnection;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;

/** Connects to a guest and prints what it is told. Needs no class of the libraries, which other users may not read. */
final class StrangerMain {
    private StrangerMain() {}

    public static void main(String[] args) {
        try (UnixConnection connection = UnixConnection.connect(args[0])) {
            byte[] buffer = new byte[4096];
            long limitNanos = TimeUnit.SECONDS.toNanos(10);
            for (int count = 1; count > 0; ) {
                count = connection.receive(buffer, new ArrayList<>(), limitNanos);
                System.out.print(new String(buffer, 0, Math.max(0, count), StandardCharsets.UTF_8));
            }
        }
    }
}
