package dev.faultline.uffd.ipc;

import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.internal.linux.LibC;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The file that a bound socket of a path has, known by its inode. Source: stat(2) for the bits of the mode. */
final class SocketFile {
    private static final int S_IFMT = 0170000;
    private static final int S_IFSOCK = 0140000;

    private final String name;
    private final @Nullable Object identity;

    private SocketFile(String name, @Nullable Object identity) {
        this.name = name;
        this.identity = identity;
    }

    /** {@return the file that the caller has just made by binding a socket; none if the name is abstract} */
    static SocketFile justBound(String name) {
        return new SocketFile(name, identityOf(name));
    }

    /** Takes the file away unless somebody has put another one there. */
    void removeIfUnchanged() {
        if (identity != null && identity.equals(identityOf(name))) {
            LibC.unlink(name);
        }
    }

    /**
     * {@return whether the name is a socket's that no process has bound any more} Asked by a datagram socket: a live
     * stream socket refuses it for its type, so that nobody has to accept a connection that leads nowhere, and one that
     * is bound but does not listen yet is not taken for dead.
     */
    static boolean isLeftBehind(String name) {
        if (!isSocket(name)) {
            return false;
        }
        try (UnixSocket probe = UnixSocket.open(UnixSocket.SOCK_DGRAM)) {
            return probe.connect(name) == -Errno.ECONNREFUSED;
        }
    }

    /** {@return whether there is a socket of that path} connect(2) refuses for other files as it does for dead sockets. */
    static boolean isSocket(String name) {
        return attributes(name).get("mode") instanceof Integer mode && (mode & S_IFMT) == S_IFSOCK;
    }

    private static @Nullable Object identityOf(String name) {
        return attributes(name).get("fileKey");
    }

    private static Map<String, Object> attributes(String name) {
        if (UnixAddress.isAbstract(name)) {
            return Map.of();
        }
        try {
            return Files.readAttributes(Path.of(name), "unix:mode,fileKey", LinkOption.NOFOLLOW_LINKS);
        } catch (IOException e) {
            return Map.of();
        }
    }
}
