/**
 * System calls inside other processes, by ptrace(2): how a process that does not help gets a userfaultfd.
 *
 * <p>{@link dev.faultline.uffd.remote.RemoteProcess} stops the target's main thread for some milliseconds; its other
 * threads, a virtual machine's vCPUs among them, run on.
 */
package dev.faultline.uffd.remote;
