package dev.faultline.model.memory;

/**
 * What two mappings with pages of the process's own must share to become one again: the kernel's anon_vma.
 *
 * @param forked whether it is a child's, which merges only with itself
 */
public record AnonIdentity(Object identity, boolean forked) {
    public static AnonIdentity create(boolean forked) {
        return new AnonIdentity(new Object(), forked);
    }
}
