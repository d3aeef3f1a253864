/** Finding the pages that were written. */
@NullMarked
package dev.faultline.benchmarks.scan;

import org.jspecify.annotations.NullMarked;
