/** What collections of the heap cost. */
@NullMarked
package dev.faultline.benchmarks.collection;

import org.jspecify.annotations.NullMarked;
