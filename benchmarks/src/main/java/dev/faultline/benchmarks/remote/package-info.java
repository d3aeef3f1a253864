/** Pages that are fetched from another host, by the engines and by a program in C. */
@NullMarked
package dev.faultline.benchmarks.remote;

import org.jspecify.annotations.NullMarked;
