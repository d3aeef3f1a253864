package dev.faultline.migration.host;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** This machine: its clock, its threads, TCP. */
public final class LocalHost implements Host {
    /** The one that there is. */
    public static final LocalHost INSTANCE = new LocalHost();

    /** The kernel's own limit is minutes, and a host that has gone silent may be back before. */
    private static final int CONNECT_MILLIS = 10_000;

    private LocalHost() {}

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public long newId() {
        return new SecureRandom().nextLong();
    }

    /** A platform thread: native calls that block must not sit on virtual ones. */
    @Override
    public Worker start(String name, Runnable body) {
        Thread thread = Thread.ofPlatform().name("faultline-" + name).daemon().start(body);
        return timeoutNanos -> join(thread, timeoutNanos);
    }

    private static boolean join(Thread thread, long timeoutNanos) {
        try {
            return thread.join(Duration.ofNanos(Math.max(1, timeoutNanos)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public Signal newSignal() {
        return new MonitorSignal();
    }

    @Override
    public void pause(long nanos) {
        LockSupport.parkNanos(nanos);
    }

    @Override
    public long residentBytes() {
        return ResidentMemory.ofThisProcess();
    }

    @Override
    public Link connect(InetSocketAddress address) throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            channel.socket().connect(address, CONNECT_MILLIS);
            return new TcpLink(channel);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    @Override
    public Listener listen(InetSocketAddress address) throws IOException {
        return new TcpListener(ServerSocketChannel.open().bind(address));
    }
}
