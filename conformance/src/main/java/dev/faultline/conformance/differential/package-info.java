/**
 * Differential testing: seeded random programs run on the kernel and on the model, step by step, and what can be seen
 * after each step is compared. What differs is cut down to the shortest program that shows it.
 */
package dev.faultline.conformance.differential;
