/** What benchmarks print: medians, tables, plots, and their file. */
@NullMarked
package dev.faultline.benchmarks.report;

import org.jspecify.annotations.NullMarked;
