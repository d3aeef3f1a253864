/** What the kernel remembers of memory: mappings, page tables, files, and userfaultfds with their queues. No rules. */
package dev.faultline.model.memory;
