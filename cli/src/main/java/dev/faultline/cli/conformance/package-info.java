/** {@code faultline conformance}: what this machine's kernel does, held against the model and what is expected. */
package dev.faultline.cli.conformance;
