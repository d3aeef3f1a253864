package dev.faultline.benchmarks.movement;

import dev.faultline.benchmarks.program.CPrograms;
import dev.faultline.benchmarks.program.Child;
import dev.faultline.benchmarks.program.Route;
import dev.faultline.uffd.memory.PageSize;
import java.io.IOException;

/** Two processes that move memory from one to the other, again and again. */
final class MoverPair implements AutoCloseable {
    private final Child from;
    private final Child to;
    private final String address;
    private final long lengthBytes;

    /**
     * One move.
     *
     * @param gigabytesPerSecond content, in the time that the sender took
     * @param sentAllocatedBytes what the sender took of the heap
     * @param receivedAllocatedBytes what the receiver took of the heap
     */
    record Move(double gigabytesPerSecond, long sentAllocatedBytes, long receivedAllocatedBytes) {}

    private MoverPair(Child to, Child from, String address, long lengthBytes) throws IOException {
        this.to = to;
        this.from = from;
        this.address = address;
        this.lengthBytes = lengthBytes;
        to.answer();
        from.answer();
    }

    /** {@return the two in C} */
    static MoverPair inC(CPrograms programs, Route route, long lengthBytes, PageSize pageSize) throws IOException {
        String length = Long.toString(lengthBytes);
        String pageBytes = Long.toString(pageSize.bytes());
        return new MoverPair(
                programs.start(route.source(), "mover", "to", length, pageBytes),
                programs.start(route.destination(), "mover", "from", route.address(), length, pageBytes),
                route.address(),
                lengthBytes);
    }

    /** {@return the two engines} */
    static MoverPair ofEngines(Route route, long lengthBytes, PageSize pageSize) throws IOException {
        String length = Long.toString(lengthBytes);
        String pageBytes = Long.toString(pageSize.bytes());
        return new MoverPair(
                Child.java(route.source(), MoverMain.class, "to", length, pageBytes),
                Child.java(route.destination(), MoverMain.class, "from", route.address(), length, pageBytes),
                route.address(),
                lengthBytes);
    }

    Move move(int connections, String mode) throws IOException {
        String port = from.ask(Integer.toString(connections));
        long[] sent = Child.numbers(to.ask(address + " " + port + " " + connections + " " + mode));
        long[] received = Child.numbers(from.answer());
        return new Move((double) lengthBytes / sent[0], sent[1], received[0]);
    }

    @Override
    public void close() {
        to.close();
        from.close();
    }
}
