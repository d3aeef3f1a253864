package dev.faultline.qemu.lab.net;

import java.io.InputStream;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.Socket;

/** Prints its port, and answers one connection's end with one byte. */
final class Receiver {
    private Receiver() {}

    public static void main(String[] args) throws Exception {
        try (ServerSocket server = new ServerSocket(0)) {
            System.out.println(server.getLocalPort());
            try (Socket peer = server.accept();
                    InputStream in = peer.getInputStream();
                    OutputStream out = peer.getOutputStream()) {
                in.transferTo(OutputStream.nullOutputStream());
                out.write(1);
            }
        }
    }
}
