package dev.faultline.benchmarks.fault;

import dev.faultline.benchmarks.program.ToucherGuest;
import dev.faultline.migration.destination.ServedGuest;
import dev.faultline.uffd.memory.PageSize;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** Obeys the same commands as handler.c, by the engine: SOCKET LENGTH_BYTES PAGE_BYTES EVERY. */
final class HandlerMain {
    /** It looks for the next fault all the time, as handler.c does. */
    private static final long SPIN_NANOS = TimeUnit.SECONDS.toNanos(1);

    private HandlerMain() {}

    public static void main(String... arguments) throws IOException {
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        PageSize pageSize = PageSize.ofBytes(Long.parseLong(arguments[2]));
        int every = Integer.parseInt(arguments[3]);
        try (ToucherGuest guest = ToucherGuest.attach(arguments[0], Long.parseLong(arguments[1]), pageSize)) {
            ServedGuest sleeping = new ServedGuest(guest, every, 0);
            ServedGuest spinning = new ServedGuest(guest, every, SPIN_NANOS);
            System.out.println("attached");
            for (String mode = commands.readLine(); mode != null; mode = commands.readLine()) {
                ServedGuest.Service service = (mode.equals("spin") ? spinning : sleeping).serve();
                System.out.println("serving");
                commands.readLine();
                ServedGuest.Served served = service.end();
                System.out.println(served.faults() + " " + served.allocatedBytes());
            }
        }
    }
}
