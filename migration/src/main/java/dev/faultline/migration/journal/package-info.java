/** What an engine writes down for its successor, so that a move survives the engine's end. */
package dev.faultline.migration.journal;
