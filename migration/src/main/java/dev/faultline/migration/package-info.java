/** What is migrated, and how a session moves it. */
package dev.faultline.migration;
