package dev.faultline.guest.kvm.hypervisor;

/** Request numbers and constants of KVM on x86-64. Source: linux/kvm.h and asm/kvm.h, Linux 6.18. */
final class KvmIoctl {
    static final long GET_API_VERSION = 0xAE00L;
    static final long CREATE_VM = 0xAE01L;
    static final long CHECK_EXTENSION = 0xAE03L;
    static final long GET_VCPU_MMAP_SIZE = 0xAE04L;
    static final long GET_SUPPORTED_CPUID = 0xC008AE05L;
    static final long CREATE_VCPU = 0xAE41L;
    static final long SET_USER_MEMORY_REGION = 0x4020AE46L;
    static final long RUN = 0xAE80L;
    static final long GET_REGS = 0x8090AE81L;
    static final long SET_REGS = 0x4090AE82L;
    static final long GET_SREGS = 0x8138AE83L;
    static final long SET_SREGS = 0x4138AE84L;
    static final long GET_MSRS = 0xC008AE88L;
    static final long SET_MSRS = 0x4008AE89L;
    static final long SET_CPUID2 = 0x4008AE90L;
    static final long GET_MP_STATE = 0x8004AE98L;
    static final long SET_MP_STATE = 0x4004AE99L;
    static final long GET_VCPU_EVENTS = 0x8040AE9FL;
    static final long SET_VCPU_EVENTS = 0x4040AEA0L;
    static final long GET_DEBUGREGS = 0x8080AEA1L;
    static final long SET_DEBUGREGS = 0x4080AEA2L;
    static final long GET_XSAVE = 0x9000AEA4L;
    static final long SET_XSAVE = 0x5000AEA5L;
    static final long GET_XCRS = 0x8188AEA6L;
    static final long SET_XCRS = 0x4188AEA7L;
    static final long GET_XSAVE2 = 0x9000AECFL;

    static final int API_VERSION = 12;
    static final int CAP_IMMEDIATE_EXIT = 136;
    static final int CAP_XSAVE2 = 208;

    /** {@code sizeof} of the fixed argument structures. */
    static final int REGS_BYTES = 144;

    static final int SREGS_BYTES = 312;
    static final int XSAVE_MIN_BYTES = 4096;
    static final int XCRS_BYTES = 392;
    static final int DEBUGREGS_BYTES = 128;
    static final int VCPU_EVENTS_BYTES = 64;
    static final int MP_STATE_BYTES = 4;

    /** {@code struct kvm_cpuid2}: a count, padding, then entries of 40 bytes. */
    static final int CPUID_HEADER_BYTES = 8;

    static final int CPUID_ENTRY_BYTES = 40;

    private KvmIoctl() {}
}
