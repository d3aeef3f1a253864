/** The model as a subject: its threads are tasks of a seeded scheduler, so that nothing is left to time. */
package dev.faultline.conformance.model;
