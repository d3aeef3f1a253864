/** Which pages of another process were written, as its kernel remembers it. */
package dev.faultline.migration.tracking;
