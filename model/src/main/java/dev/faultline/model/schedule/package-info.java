/** Whose turn it is: threads of the caller's under one lock, or one task at a time by a seed. */
package dev.faultline.model.schedule;
