/** A network between two hosts: delays, bounded windows, bandwidth; cuts, partitions, stalls, refusals. */
package dev.faultline.simulation.network;
