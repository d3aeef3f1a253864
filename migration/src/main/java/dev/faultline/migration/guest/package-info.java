/** What is migrated: a guest's memory, its page tables' owner, and the commands its machine understands. */
package dev.faultline.migration.guest;
