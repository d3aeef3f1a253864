/** Moving bulk pages. */
@NullMarked
package dev.faultline.benchmarks.movement;

import org.jspecify.annotations.NullMarked;
