package dev.faultline.guest.kvm.machine;

/**
 * The first word of a page that does not hold what the guest wrote last.
 *
 * @param vcpu the vCPU that found it
 * @param guestAddress the page's guest-physical address
 * @param word the word's place in the page, from 0
 * @param expected what it should be
 * @param actual what it is
 */
public record Corruption(int vcpu, long guestAddress, int word, long expected, long actual) {
    /** {@return it in words} */
    @Override
    public String toString() {
        return String.format(
                "vCPU %d found page 0x%x wrong: word %d is 0x%016x instead of 0x%016x",
                vcpu, guestAddress, word, actual, expected);
    }
}
