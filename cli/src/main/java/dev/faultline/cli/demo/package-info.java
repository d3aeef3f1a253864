/** A whole migration on one machine: both hosts' processes, the guest's verdict, and a summary. */
package dev.faultline.cli.demo;
