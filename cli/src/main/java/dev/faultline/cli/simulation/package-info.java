/** The command that runs simulated migrations. */
package dev.faultline.cli.simulation;
