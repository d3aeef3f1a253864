/** The protocol without I/O: frames, events and the time go in, actions come out. */
package dev.faultline.migration.session;
