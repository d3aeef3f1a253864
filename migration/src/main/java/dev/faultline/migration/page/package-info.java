/** Pages: their life on the destination, and sets of them. */
package dev.faultline.migration.page;
