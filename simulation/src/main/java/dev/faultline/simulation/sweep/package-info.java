/** Migrations of guests of any size in virtual time, to see what they cost: memory without content, and a page that stands for many. */
package dev.faultline.simulation.sweep;
