/** Measures the engine side by side with programs in C; in no product. */
@NullMarked
package dev.faultline.benchmarks;

import org.jspecify.annotations.NullMarked;
