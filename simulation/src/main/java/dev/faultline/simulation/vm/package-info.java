/** Machines on the model's kernels, whose vCPUs check every page that they touch, and how an engine reaches them. */
package dev.faultline.simulation.vm;
