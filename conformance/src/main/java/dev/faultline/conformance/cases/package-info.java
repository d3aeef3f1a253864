/**
 * The cases: what is done, and what must come of it. Expected outcomes are literal, in tables where there are many; they
 * were measured on Linux 6.18 and read in 6.12, 7.2 and 7.3.
 */
package dev.faultline.conformance.cases;
