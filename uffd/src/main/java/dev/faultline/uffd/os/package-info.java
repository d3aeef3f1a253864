/** File descriptors, errors and waiting: what every other part stands on. */
package dev.faultline.uffd.os;
