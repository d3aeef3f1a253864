package dev.faultline.benchmarks.collection;

import dev.faultline.benchmarks.program.ToucherGuest;
import dev.faultline.migration.destination.ServedGuest;
import dev.faultline.uffd.memory.PageSize;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/**
 * Serves faults by the engine while another thread makes garbage: SOCKET LENGTH_BYTES EVERY. Each command is how many
 * bytes a millisecond, and then a line to end.
 */
final class GarbageMain {
    private GarbageMain() {}

    public static void main(String... arguments) throws IOException {
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        long lengthBytes = Long.parseLong(arguments[1]);
        int every = Integer.parseInt(arguments[2]);
        try (ToucherGuest guest = ToucherGuest.attach(arguments[0], lengthBytes, PageSize.SIZE_4K)) {
            ServedGuest served = new ServedGuest(guest, every, 0);
            System.out.println("attached");
            for (String rate = commands.readLine(); rate != null; rate = commands.readLine()) {
                ServedGuest.Service service = served.serve();
                try (Garbage _ = new Garbage(Integer.parseInt(rate))) {
                    System.out.println("serving");
                    commands.readLine();
                }
                System.out.println(service.end().faults());
            }
        }
    }
}
