/**
 * The source's engine. A page's way begins here: {@code WriteTracker} finds that it was written, {@code PageSender}
 * sends it from the alias mapping, {@code SendLedger} remembers it until the destination has applied it.
 */
package dev.faultline.migration.source;
