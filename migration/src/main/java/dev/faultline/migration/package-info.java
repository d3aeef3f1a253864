/** What a migration is asked for, how far it is, and what came of it. */
package dev.faultline.migration;
