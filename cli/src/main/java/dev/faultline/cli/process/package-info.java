/** Processes that belong together: how one starts others, hears from them, and takes them along when it ends. */
package dev.faultline.cli.process;
