package dev.faultline.guest.kvm.control;

/**
 * How far one vCPU's workload has come, on whichever hosts it ran.
 *
 * @param pagesVerified pages of 4096 bytes that it read and compared
 * @param coldTouches how many of them are outside its working set
 */
public record VcpuProgress(long pagesVerified, long coldTouches) {}
