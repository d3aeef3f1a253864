/** Frames: what crosses the network between the two engines, and the channel that carries it. */
package dev.faultline.migration.wire;
