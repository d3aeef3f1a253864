/** What an engine needs of the host that it runs on: time, threads, waiting, and a network. A simulation has another. */
package dev.faultline.migration.host;
