package dev.faultline.cli.doctor;

/**
 * What one check has found.
 *
 * @param name what was looked at
 * @param ok whether it is as Faultline needs it
 * @param detail what there is
 * @param remedy what to do, or an empty string
 */
public record Finding(String name, boolean ok, String detail, String remedy) {
    static Finding ok(String name, String detail) {
        return new Finding(name, true, detail, "");
    }

    static Finding missing(String name, String detail, String remedy) {
        return new Finding(name, false, detail, remedy);
    }
}
