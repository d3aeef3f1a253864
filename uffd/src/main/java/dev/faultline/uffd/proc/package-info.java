/** What /proc tells of other processes: their mappings and the files behind them, and the userfaultfds that they hold. */
package dev.faultline.uffd.proc;
