/** {@code faultline dirty-rate}: how fast, and where, a process writes to its shared memory. */
package dev.faultline.cli.rate;
