/** The programs in C that the engine is compared with, and other processes. */
@NullMarked
package dev.faultline.benchmarks.program;

import org.jspecify.annotations.NullMarked;
