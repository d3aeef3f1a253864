/** What all parts of one simulation share: its time, its chance, its log, and what was seen that must not be. */
package dev.faultline.simulation.world;
