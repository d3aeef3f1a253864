/** What both engines run on: one thread that owns the session, and workers that report to it. */
package dev.faultline.migration.engine;
