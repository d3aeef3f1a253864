/** The command that runs random programs on the kernel and on the model. */
package dev.faultline.cli.differential;
