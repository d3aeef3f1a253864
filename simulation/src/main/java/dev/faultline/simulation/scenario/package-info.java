/** One simulated migration: what is drawn from the seed, who starts and restarts the engines, what goes wrong, what must hold. */
package dev.faultline.simulation.scenario;
