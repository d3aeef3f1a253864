/** userfaultfd(2) and PAGEMAP_SCAN: minor and missing faults, their resolution, and which pages were written. */
package dev.faultline.uffd;
