/**
 * Whole migrations in virtual time: the engines as they are, on the model's memory, a simulated network, and guests that
 * check every page they touch, with faults at every step. A seed decides all of it, and replays it.
 */
package dev.faultline.simulation;
