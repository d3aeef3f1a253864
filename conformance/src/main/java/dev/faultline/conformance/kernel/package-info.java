/** The kernel as a subject: a puppet process does what it is told, and this process holds the userfaultfd. */
package dev.faultline.conformance.kernel;
