import org.jspecify.annotations.NullMarked;

/** Guests, machines and networks for tests and measurements with QEMU. Not part of the product. */
@NullMarked
module dev.faultline.qemu.lab {
    requires static transitive org.jspecify;
    requires dev.faultline.testing;
    requires transitive tools.jackson.databind;

    exports dev.faultline.qemu.lab;
    exports dev.faultline.qemu.lab.guest;
    exports dev.faultline.qemu.lab.host;
    exports dev.faultline.qemu.lab.net;
    exports dev.faultline.qemu.lab.own;
    exports dev.faultline.qemu.lab.qmp;
    exports dev.faultline.qemu.lab.serial;
}
