package dev.faultline.guest.qemu.machine;

import dev.faultline.uffd.proc.MemoryMapping;
import java.util.Optional;

/**
 * Guest RAM of one backend.
 *
 * @param backend what it was made from
 * @param block what QEMU allocated
 * @param mapping where QEMU has mapped it, with the flags of all parts; nothing if it was not found
 */
public record RamArea(MemoryBackend backend, RamBlock block, Optional<MemoryMapping> mapping) {}
