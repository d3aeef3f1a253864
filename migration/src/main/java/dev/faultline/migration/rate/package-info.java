/** How fast, and where, a process writes to its shared memory: what a migration of it would have to copy again. */
package dev.faultline.migration.rate;
