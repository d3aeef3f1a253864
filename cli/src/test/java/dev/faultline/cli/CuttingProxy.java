package dev.faultline.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Stands between two engines, and cuts every connection after so many bytes, again and again. */
final class CuttingProxy implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 16;

    private final ServerSocket listener = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
    private final int destinationPort;
    private final long bytesPerCut;
    private final int maxCuts;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private long passedBytes;
    private int cuts;

    CuttingProxy(int destinationPort, long bytesPerCut, int maxCuts) throws IOException {
        this.destinationPort = destinationPort;
        this.bytesPerCut = bytesPerCut;
        this.maxCuts = maxCuts;
        Thread.ofPlatform().daemon().start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    synchronized int cuts() {
        return cuts;
    }

    /** {@return how much went through, since the last cut} */
    synchronized long passedBytes() {
        return passedBytes;
    }

    /** Waits until it has cut so often. */
    void awaitCuts(int wanted) {
        Hosts.awaitTrue(() -> cuts() >= wanted, () -> "only " + cuts() + " cuts of " + wanted);
    }

    private void accept() {
        try {
            while (true) {
                Socket source = listener.accept();
                sockets.add(source);
                Thread.ofPlatform().daemon().start(() -> connect(source));
            }
        } catch (IOException e) {
            return; // closed
        }
    }

    private void connect(Socket source) {
        try {
            Socket target = new Socket(InetAddress.getLoopbackAddress(), destinationPort);
            sockets.add(target);
            Thread.ofPlatform().daemon().start(() -> pass(source, target));
            pass(target, source);
        } catch (IOException e) {
            close(source); // nobody listens there now
        }
    }

    private void pass(Socket from, Socket to) {
        byte[] buffer = new byte[BUFFER_BYTES];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                // Half of what was read still arrives: the frame that it belongs to is torn.
                boolean isLast = count(count);
                out.write(buffer, 0, isLast ? count / 2 : count);
                if (isLast) {
                    cut();
                }
            }
            to.shutdownOutput();
        } catch (IOException e) {
            close(from);
            close(to);
        }
    }

    /** {@return whether it is time to cut} */
    private synchronized boolean count(int bytes) {
        passedBytes += bytes;
        if (cuts == maxCuts || passedBytes < bytesPerCut) {
            return false;
        }
        passedBytes = 0;
        cuts++;
        return true;
    }

    private void cut() {
        sockets.forEach(CuttingProxy::close);
        sockets.clear();
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        cut();
    }
}
