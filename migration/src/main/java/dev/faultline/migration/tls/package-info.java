/** Connections that nobody on the way can read or change, between hosts that know each other by certificates of one CA. */
package dev.faultline.migration.tls;
