/** The host as an engine sees it: the simulation's clock, tasks as threads, waits, and the simulated network. */
package dev.faultline.simulation.host;
