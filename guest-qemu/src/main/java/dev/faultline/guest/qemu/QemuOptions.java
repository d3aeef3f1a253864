package dev.faultline.guest.qemu;

import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * How to reach a QEMU.
 *
 * @param qmp where its QMP socket is: a path, or {@code @name}. It serves one client at a time
 * @param processId its process, where somebody else made the socket, as libvirt does
 * @param commandTimeoutNanos how long connecting, each command, and each step of a migration take at most
 */
public record QemuOptions(String qmp, OptionalLong processId, long commandTimeoutNanos) {
    private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(15);

    /**
     * {@return how to reach a QEMU that made its socket itself, with 15 seconds for each command}
     *
     * @param qmp where its QMP socket is
     */
    public static QemuOptions of(String qmp) {
        return new QemuOptions(qmp, OptionalLong.empty(), TIMEOUT_NANOS);
    }
}
