/** The cases, and the two subjects that they are tried on. */
package dev.faultline.conformance;
