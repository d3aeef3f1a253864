/** What a benchmark is, and how long it goes on. */
@NullMarked
package dev.faultline.benchmarks.run;

import org.jspecify.annotations.NullMarked;
