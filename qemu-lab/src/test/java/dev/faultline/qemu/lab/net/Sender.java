package dev.faultline.qemu.lab.net;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.TimeUnit;

/** Sends zeros to an address and a port, and prints how many milliseconds it took until all had come. */
final class Sender {
    private static final int CONNECT_MILLIS = 5000;

    private Sender() {}

    public static void main(String[] args) throws Exception {
        long beginNanos = System.nanoTime();
        try (Socket peer = new Socket()) {
            peer.connect(new InetSocketAddress(args[0], Integer.parseInt(args[1])), CONNECT_MILLIS);
            peer.getOutputStream().write(new byte[Integer.parseInt(args[2])]);
            peer.shutdownOutput();
            if (peer.getInputStream().read() != 1) {
                throw new IOException("not all has come");
            }
        }
        System.out.println(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beginNanos));
    }
}
