/** What whole migrations are measured by: of the guest, of the processes that move it, and beside each other. */
@NullMarked
package dev.faultline.benchmarks.whole;

import org.jspecify.annotations.NullMarked;
