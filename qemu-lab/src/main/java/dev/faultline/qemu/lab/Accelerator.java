package dev.faultline.qemu.lab;

/** What runs a guest's instructions. */
public enum Accelerator {
    /** QEMU's translator, anywhere. */
    TCG("tcg", "max"),
    /** The processor, through /dev/kvm. A processor model that paravirtual KVM can offer, too. */
    KVM("kvm", "qemu64");

    private final String argument;
    private final String cpu;

    Accelerator(String argument, String cpu) {
        this.argument = argument;
        this.cpu = cpu;
    }

    String argument() {
        return argument;
    }

    String cpu() {
        return cpu;
    }
}
