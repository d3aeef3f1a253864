/** The {@code faultline} command line. */
package dev.faultline.cli;
