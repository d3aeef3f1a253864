/**
 * The destination's engine. A page's way ends here: {@code FrameApplier} reads it into the alias mapping of its memory
 * file, {@code FaultService} learns that the guest touches it, {@code PageMapper} lets the kernel map it. Each userfaultfd of
 * the guest has a {@code FaultService} of its own.
 */
package dev.faultline.migration.destination;
