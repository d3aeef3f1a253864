/** Bugs that are planted to see that the simulation finds them. */
package dev.faultline.simulation.planted;
