/** Minor faults: how fast they are served, and how many it takes. */
@NullMarked
package dev.faultline.benchmarks.fault;

import org.jspecify.annotations.NullMarked;
