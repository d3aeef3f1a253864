/** Whether a host has room for a guest's memory, asked before the guest is let in. */
package dev.faultline.migration.admission;
