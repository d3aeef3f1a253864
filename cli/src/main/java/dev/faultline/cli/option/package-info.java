/** What can be said on the command line, and how it is read. */
package dev.faultline.cli.option;
