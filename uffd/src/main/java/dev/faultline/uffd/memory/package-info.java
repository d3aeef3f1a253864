/** Memory files and their mappings: the alias that is written freely, and the guest mapping that only its guest touches. */
package dev.faultline.uffd.memory;
