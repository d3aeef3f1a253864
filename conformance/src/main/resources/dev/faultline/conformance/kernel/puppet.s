# The puppet: a process without a will of its own. Each of its threads takes commands from a descriptor, does them, and
# answers; what they are for is known to whoever sends them. A complete ELF file without libc, so that the address space
# in which cases run holds nothing but what the cases put there.
#
# Command, 64 bytes: operation, then seven arguments. Answer, 32 bytes: signal or 0, value or si_code, si_addr, 0.
#
#   0 SYSCALL number a b c d e f   value: what the system call returned
#   1 LOAD address                 value: the byte there
#   2 STORE address byte
#   3 THREAD descriptor stack-top  value: thread id; the thread takes its commands from the descriptor
#   4 FORK descriptor              value: process id; the child takes its commands from the descriptor
#
# SIGBUS and SIGSEGV end the command and are its answer. SIGUSR1 does nothing, but it interrupts. The first thread takes
# commands from descriptor 0 and answers on 1. A descriptor that ends, ends its process; the first process
# ends with the thread that started it, too.
#
#   r12 descriptor of commands   r13 descriptor of answers   rsp the command, and the answer behind it
#
# Assemble: as --64 -o puppet.o puppet.s && objcopy -O binary -j .text puppet.o puppet.bin

        .intel_syntax noprefix
        .set BASE, 0x400000
        .set SCRATCH, 0x500000
        .set SCRATCH_BYTES, 0x10000

        .set COMMAND_BYTES, 64
        .set ANSWER_BYTES, 32
        .set FRAME_BYTES, COMMAND_BYTES + ANSWER_BYTES

        .set SYS_read, 0
        .set SYS_write, 1
        .set SYS_rt_sigaction, 13
        .set SYS_rt_sigreturn, 15
        .set SYS_clone, 56
        .set SYS_fork, 57
        .set SYS_prctl, 157
        .set SYS_exit_group, 231
        .set EINTR, 4
        .set ENOSYS, 38
        .set PR_SET_PDEATHSIG, 1
        .set SIGBUS, 7
        .set SIGKILL, 9
        .set SIGUSR1, 10
        .set SIGSEGV, 11
        .set SIGCHLD, 17
        .set SIG_IGN, 1
        .set SA_SIGINFO, 4
        .set SA_RESTORER, 0x04000000
        .set SA_RESTART, 0x10000000
        # VM, FS, FILES, SIGHAND, THREAD, SYSVSEM
        .set CLONE_THREAD_FLAGS, 0x50f00

        # Offsets in the signal frame's siginfo and ucontext.
        .set SI_CODE, 8
        .set SI_ADDR, 16
        .set UC_RDX, 136
        .set UC_RAX, 144
        .set UC_RCX, 152
        .set UC_RIP, 168

        .text
file:
        .byte 0x7f, 'E', 'L', 'F', 2, 1, 1, 0
        .quad 0
        .short 2, 62
        .long 1
        .quad BASE + start - file
        .quad headers - file, 0
        .long 0
        .short 64, 56, 3, 0, 0, 0
headers:
        # The code.
        .long 1, 5
        .quad 0, BASE, BASE, end - file, end - file, 0x1000
        # Memory for arguments of system calls.
        .long 1, 6
        .quad 0, SCRATCH, SCRATCH, 0, SCRATCH_BYTES, 0x1000
        # A stack that is not executable; without this header every readable mapping would be.
        .long 0x6474e551, 6
        .quad 0, 0, 0, 0, 0, 16

        .macro ON_SIGNAL number, handler, flags
        sub rsp, 32
        lea rax, [rip + \handler]
        mov qword ptr [rsp], rax
        mov qword ptr [rsp + 8], \flags | SA_RESTORER
        lea rax, [rip + restore]
        mov qword ptr [rsp + 16], rax
        mov qword ptr [rsp + 24], 0
        mov edi, \number
        call set_action
        add rsp, 32
        .endm

start:
        and rsp, -16
        mov edi, PR_SET_PDEATHSIG
        mov esi, SIGKILL
        mov eax, SYS_prctl
        syscall
        ON_SIGNAL SIGBUS, faulted, SA_SIGINFO
        ON_SIGNAL SIGSEGV, faulted, SA_SIGINFO
        ON_SIGNAL SIGUSR1, ignored, SA_RESTART
        # Ended children are forgotten without being waited for.
        sub rsp, 32
        mov qword ptr [rsp], SIG_IGN
        mov qword ptr [rsp + 8], SA_RESTORER
        lea rax, [rip + restore]
        mov qword ptr [rsp + 16], rax
        mov qword ptr [rsp + 24], 0
        mov edi, SIGCHLD
        call set_action
        add rsp, 32
        xor r12d, r12d
        mov r13d, 1
enter:
        sub rsp, FRAME_BYTES
take:
        mov eax, SYS_read
        mov edi, r12d
        mov rsi, rsp
        mov edx, COMMAND_BYTES
        syscall
        cmp rax, -EINTR
        je take
        cmp rax, COMMAND_BYTES
        jne leave

        mov rax, qword ptr [rsp]
        mov rbx, qword ptr [rsp + 8]
        cmp rax, 1
        je load
        cmp rax, 2
        je store
        cmp rax, 3
        je thread
        cmp rax, 4
        je fork
        test rax, rax
        mov rax, -ENOSYS
        jnz answer

        mov rax, rbx
        mov rdi, qword ptr [rsp + 16]
        mov rsi, qword ptr [rsp + 24]
        mov rdx, qword ptr [rsp + 32]
        mov r10, qword ptr [rsp + 40]
        mov r8, qword ptr [rsp + 48]
        mov r9, qword ptr [rsp + 56]
        syscall
        jmp answer
load:
        movzx eax, byte ptr [rbx]
        jmp answer
store:
        mov rcx, qword ptr [rsp + 16]
        mov byte ptr [rbx], cl
        xor eax, eax
        jmp answer
thread:
        mov edi, CLONE_THREAD_FLAGS
        mov rsi, qword ptr [rsp + 16]
        xor edx, edx
        xor r10d, r10d
        xor r8d, r8d
        mov eax, SYS_clone
        syscall
        test rax, rax
        jnz answer
        mov r12d, ebx
        mov r13d, ebx
        jmp enter
fork:
        mov eax, SYS_fork
        syscall
        test rax, rax
        jnz answer
        mov r12d, ebx
        mov r13d, ebx
        jmp take

        # rax = value
answer:
        mov qword ptr [rsp + COMMAND_BYTES], 0
        mov qword ptr [rsp + COMMAND_BYTES + 8], rax
        mov qword ptr [rsp + COMMAND_BYTES + 16], 0
        jmp send
        # rax = signal, rdx = si_code, rcx = si_addr, as the handler left them
signalled:
        mov qword ptr [rsp + COMMAND_BYTES], rax
        mov qword ptr [rsp + COMMAND_BYTES + 8], rdx
        mov qword ptr [rsp + COMMAND_BYTES + 16], rcx
send:
        mov qword ptr [rsp + COMMAND_BYTES + 24], 0
send_again:
        mov eax, SYS_write
        mov edi, r13d
        lea rsi, [rsp + COMMAND_BYTES]
        mov edx, ANSWER_BYTES
        syscall
        cmp rax, -EINTR
        je send_again
        cmp rax, ANSWER_BYTES
        je take
leave:
        xor edi, edi
        mov eax, SYS_exit_group
        syscall
        hlt

        # edi = signal; the action is above the return address
set_action:
        lea rsi, [rsp + 8]
        xor edx, edx
        mov r10d, 8
        mov eax, SYS_rt_sigaction
        syscall
        ret

        # Goes on behind the command that faulted. edi = signal, rsi = siginfo, rdx = ucontext
faulted:
        mov eax, edi
        mov qword ptr [rdx + UC_RAX], rax
        movsxd rax, dword ptr [rsi + SI_CODE]
        mov qword ptr [rdx + UC_RDX], rax
        mov rax, qword ptr [rsi + SI_ADDR]
        mov qword ptr [rdx + UC_RCX], rax
        lea rax, [rip + signalled]
        mov qword ptr [rdx + UC_RIP], rax
ignored:
        ret
restore:
        mov eax, SYS_rt_sigreturn
        syscall
end:
