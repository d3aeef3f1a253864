/** What this machine can do, tried out rather than looked up. */
package dev.faultline.cli.doctor;
