/** What the commands say to machines: one JSON object per line. */
package dev.faultline.cli.json;
