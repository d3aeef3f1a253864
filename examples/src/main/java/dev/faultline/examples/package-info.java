/** Small programs that show one thing each. Run one with {@code ./dev example NAME}. */
package dev.faultline.examples;
