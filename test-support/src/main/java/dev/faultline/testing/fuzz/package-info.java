/** Seeded fuzzing: mutations of a corpus that is kept, fed to a decoder that may only fail in the ways it says. */
package dev.faultline.testing.fuzz;
