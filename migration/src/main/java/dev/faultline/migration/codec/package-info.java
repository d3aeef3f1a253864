/** Compressed page content: compressors, when to use which, and what reads it again without trusting who sent it. */
package dev.faultline.migration.codec;
