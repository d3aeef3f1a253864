package dev.faultline.guest.qemu.machine;

import tools.jackson.databind.JsonNode;

/**
 * A version of QEMU.
 *
 * @param major the first number
 * @param minor the second number
 */
public record QemuVersion(int major, int minor) implements Comparable<QemuVersion> {
    static QemuVersion of(JsonNode queryVersion) {
        JsonNode qemu = queryVersion.path("qemu");
        return new QemuVersion(qemu.path("major").asInt(0), qemu.path("minor").asInt(0));
    }

    /**
     * {@return whether it is that version or a newer one}
     *
     * @param otherMajor the first number
     * @param otherMinor the second number
     */
    public boolean isAtLeast(int otherMajor, int otherMinor) {
        return compareTo(new QemuVersion(otherMajor, otherMinor)) >= 0;
    }

    @Override
    public int compareTo(QemuVersion other) {
        return major != other.major ? Integer.compare(major, other.major) : Integer.compare(minor, other.minor);
    }

    @Override
    public String toString() {
        return major + "." + minor;
    }
}
