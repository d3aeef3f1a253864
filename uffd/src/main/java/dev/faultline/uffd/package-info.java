/** Linux userfaultfd: descriptors, ranges and events. */
package dev.faultline.uffd;
