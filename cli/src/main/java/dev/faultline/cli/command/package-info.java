/** The parts of a migration as commands of their own. */
package dev.faultline.cli.command;
