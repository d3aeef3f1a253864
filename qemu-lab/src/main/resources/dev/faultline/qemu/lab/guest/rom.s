# A guest in a ROM, for a KVM on which Debian's kernel does not boot: it rewrites and verifies its memory for ever and
# prints heartbeats on the first serial port.
#
# The ROM is 64 KiB below 1 MiB. Its reset code goes straight to 64-bit mode at privilege level 3, which paravirtual KVM
# runs natively, whereas it emulates everything before, instruction by instruction. That KVM drops the I/O privilege
# level, so the port is opened by the bitmap of the task state segment. No interrupts, no exceptions: any would end in a
# triple fault, and with -no-reboot in the end of QEMU.
#
# Physical memory, all of it mapped onto itself up to 4 GiB:
#
#   0x001000  this ROM's first part: the parameters and the program
#   0x004000  descriptors, 0x005000 task state, 0x007000 counters and a line of text, stack up to 0x008000
#   0x010000  page tables
#   0x200000  the area: hot pages, cold pages, and then 4 bytes for each hot page: the pass in which it was written;
#             after these the probe's log
#
# A page holds 512 words: word j = (version * K1 ^ address / 4096 * K2) + j * STEP,
# constants of first_word. A hot page's version is the pass in
# which it was last written, a cold one's is 1. In a pass each hot page is verified for the pass before and rewritten for
# this one; the walk verifies some pages of either kind at each heartbeat. What a page should hold is known from
# registers and from the versions, which must agree with each other.
#
# The probe reads a word of a cold page every so often, and notes when, and how many cycles that took. It comes to each
# page once before it comes to one again, in an order that nobody can foretell from a few of them.
#
#   r8  first byte of the area          r12 pages in the area
#   r9  hot pages                       r13 hot pages rewritten in this pass
#   r10 pass, the first is 1            r14 page where the walk is
#   r11 heartbeats                      r15 pages found corrupt
#   rbp parameters                      rbx hot page that is next
#
# Assemble: as --64 -o rom.o rom.s && objcopy -O binary -j .text rom.o rom.bin

        .intel_syntax noprefix

        .set ROM_BYTES, 0x10000
        .set ROM, 0x100000 - ROM_BYTES
        .set PROGRAM, 0x1000
        .set GDT, 0x4000
        .set TSS, 0x5000
        .set DATA, 0x7000
        .set STACK, 0x8000
        .set PML4, 0x10000
        .set PDPT, 0x11000
        .set DIRECTORIES, 0x12000
        .set AREA, 0x200000

        .set SERIAL, 0x3F8
        .set TSS_BITMAP, 0x68
        .set TSS_LIMIT, TSS_BITMAP + (SERIAL + 8) / 8

        # Page table bits: present, writable, user, accessed; and for a page of 2 MiB dirty and page size.
        .set TABLE, 0x27
        .set LARGE_PAGE, 0xE7

        # Words of the counters.
        .set VERIFIED, DATA
        .set NEXT_PAGE_CYCLES, DATA + 8
        .set NEXT_BEAT_CYCLES, DATA + 16
        .set NEXT_PROBE_CYCLES, DATA + 24
        .set PROBES, DATA + 32                  # so many so far
        .set TEXT_END, DATA + 0x400
        .set MAX_REPORTS, 64

        # The log is a ring of two words for each probe: when, and how many cycles.
        .set LOG_ENTRIES, 0x10000

        .text
        .code64
start:
        # Parameters, filled in for each guest.
        .ascii "FAULTROM"
        .set HOT_PAGES, . - start
        .quad 0
        .set COLD_PAGES, . - start
        .quad 0
        .set STRIDE, . - start                  # from a hot page to the next one; no common factor with their number
        .quad 0
        .set CYCLES_PER_PAGE, . - start         # 0 unthrottled, -1 no rewriting
        .quad 0
        .set CYCLES_PER_BEAT, . - start
        .quad 0
        .set CYCLES_PER_MILLI, . - start
        .quad 0
        .set WALK_PAGES, . - start              # per heartbeat
        .quad 0
        .set CYCLES_PER_PROBE, . - start        # 0 none
        .quad 0
        .set PROBE_BITS, . - start              # it reads 2 to the power of this many pages
        .quad 0
        .set PROBE_LOG, . - start               # its address
        .quad 0

        # rax = time stamp counter; clobbers rdx
        .macro NOW
        rdtsc
        shl rdx, 32
        or rax, rdx
        .endm

        .macro CHAR c
        mov al, \c
        stosb
        .endm

user:
        mov ebp, PROGRAM
        mov r8d, AREA
        mov r9, [rbp + HOT_PAGES]
        mov r12, r9
        add r12, [rbp + COLD_PAGES]
        mov r10d, 1
        xor r11d, r11d
        xor r14d, r14d
        xor r15d, r15d
        xor ebx, ebx
fill:
        mov eax, 1
        call page_address
        call write
        cmp rbx, r9
        jae 1f
        call version_address
        mov dword ptr [rsi], 1
1:      inc rbx
        cmp rbx, r12
        jb fill
        xor ebx, ebx
        xor r13d, r13d
        inc r10
        lea rsi, [rip + ready_text]
        mov edi, DATA + 0x100
        mov ecx, 6
        rep movsb
        call print
        NOW
        mov [NEXT_PAGE_CYCLES], rax
        mov [NEXT_BEAT_CYCLES], rax
        mov [NEXT_PROBE_CYCLES], rax

main:
        call beat_if_due
        call probe_if_due
        mov rcx, [rbp + CYCLES_PER_PAGE]
        test rcx, rcx
        jz rewrite
        js idle
        NOW
        mov rdx, rax
        sub rdx, [NEXT_PAGE_CYCLES]
        js not_due
        add [NEXT_PAGE_CYCLES], rcx
        # After a pause it goes on from now, and does not make up for lost time.
        cmp rdx, [rbp + CYCLES_PER_BEAT]
        jb rewrite
        mov [NEXT_PAGE_CYCLES], rax
        jmp rewrite
not_due:
        # Nor does it wait much longer than for one page if the counter went back.
        neg rdx
        add rcx, [rbp + CYCLES_PER_BEAT]
        cmp rdx, rcx
        jb idle
        mov [NEXT_PAGE_CYCLES], rax
idle:
        pause
        jmp main

rewrite:
        call version_address
        lea rax, [r10 - 1]
        call check_version
        call page_address
        lea rax, [r10 - 1]
        call verify
        mov rax, r10
        call write
        mov [rsi], r10d
        add rbx, [rbp + STRIDE]
        cmp rbx, r9
        jb 1f
        sub rbx, r9
1:      inc r13
        cmp r13, r9
        jb main
        xor r13d, r13d
        inc r10
        jmp main

beat_if_due:
        NOW
        mov rcx, [rbp + CYCLES_PER_BEAT]
        mov rdx, [NEXT_BEAT_CYCLES]
        sub rdx, rax
        js 1f
        cmp rdx, rcx
        ja 1f
        ret
1:      add rax, rcx
        mov [NEXT_BEAT_CYCLES], rax
        inc r11
        call walk
        jmp print_beat

probe_if_due:
        mov rcx, [rbp + CYCLES_PER_PROBE]
        test rcx, rcx
        jz 9f
        NOW
        mov rdx, [NEXT_PROBE_CYCLES]
        sub rdx, rax
        js 1f
        # Nor does it wait much longer if the counter went back.
        cmp rdx, rcx
        ja 1f
9:      ret
1:      push rbx
        call probe_page
        call page_address
        lfence
        NOW
        mov rsi, rax
        lfence
        mov rcx, [rdi]
        lfence
        NOW
        sub rax, rsi
        mov rcx, [PROBES]
        and ecx, LOG_ENTRIES - 1
        shl ecx, 4
        add rcx, [rbp + PROBE_LOG]
        mov [rcx], rsi
        mov [rcx + 8], rax
        inc qword ptr [PROBES]
        mov eax, 1
        call verify
        NOW
        add rax, [rbp + CYCLES_PER_PROBE]
        mov [NEXT_PROBE_CYCLES], rax
        pop rbx
        ret

# rbx = the page that this probe reads: the number of the probe, of which each step makes another number of as many bits,
# no two of them the same. Clobbers rax, rcx, rdx.
probe_page:
        mov rcx, [rbp + PROBE_BITS]
        mov eax, 1
        shl rax, cl
        lea rdx, [rax - 1]
        shr ecx, 1
        mov rbx, [PROBES]
        .irp k, 0x2C1B3C6D, 0x297A2D39, 0x5BD1E995
        imul rbx, rbx, \k
        and rbx, rdx
        mov rax, rbx
        shr rax, cl
        xor rbx, rax
        .endr
        add rbx, r9
        ret

# Verifies the next pages of the walk.
walk:
        push rbx
        push [rbp + WALK_PAGES]
1:      cmp qword ptr [rsp], 0
        je 4f
        dec qword ptr [rsp]
        mov rbx, r14
        mov eax, 1
        cmp rbx, r9
        jae 3f
        # A hot page is of this pass or of the one before.
        call version_address
        mov eax, [rsi]
        cmp rax, r10
        je 3f
        lea rax, [r10 - 1]
        call check_version
3:      call page_address
        call verify
        inc r14
        cmp r14, r12
        jb 1b
        xor r14d, r14d
        jmp 1b
4:      pop rax
        pop rbx
        ret

# rdi = address of page rbx
page_address:
        mov rdi, rbx
        shl rdi, 12
        add rdi, r8
        ret

# rsi = address of the version of hot page rbx
version_address:
        mov rsi, r12
        shl rsi, 10
        add rsi, rbx
        lea rsi, [r8 + rsi * 4]
        ret

# Compares the version at rsi with rax, which it keeps, and reports and repairs it.
check_version:
        mov edx, [rsi]
        cmp edx, eax
        jne 1f
        ret
1:      mov [rsi], eax
        xor ecx, ecx
        push rdi
        push rsi
        lea rsi, [rip + version_text]
        call report
        pop rsi
        pop rdi
        ret

# rax = first word of page rdi of version rax, rdx = STEP; clobbers rcx
first_word:
        movabs rdx, 0x9E3779B97F4A7C15
        imul rax, rdx
        mov rcx, rdi
        shr rcx, 12
        movabs rdx, 0xC2B2AE3D27D4EB4F
        imul rcx, rdx
        xor rax, rcx
        movabs rdx, 0x165667B19E3779F9
        ret

# Writes page rdi for version rax, and keeps rdi and rsi.
write:
        call first_word
        xor ecx, ecx
5:
        .irp k, 0, 1, 2, 3, 4, 5, 6, 7
        mov [rdi + rcx*8 + 8*\k], rax
        add rax, rdx
        .endr
        add ecx, 8
        cmp ecx, 512
        jb 5b
        ret

# Verifies page rdi, which is number rbx, for version rax; reports its first wrong word, and repairs it. Keeps rdi and
# rsi.
verify:
        push rax
        push rsi
        inc qword ptr [VERIFIED]
        call first_word
        xor ecx, ecx
4:
        .irp k, 0, 1, 2, 3, 4, 5, 6, 7
        mov rsi, [rdi + rcx*8 + 8*\k]
        cmp rsi, rax
        jne wrong\k
        add rax, rdx
        .endr
        add ecx, 8
        cmp ecx, 512
        jb 4b
        pop rsi
        pop rax
        ret
        .irp k, 7, 6, 5, 4, 3, 2, 1
wrong\k:
        inc ecx
        .endr
wrong0:
        mov rdx, rsi
        push rdi
        lea rsi, [rip + hot_text]
        cmp rbx, r9
        jb 1f
        lea rsi, [rip + cold_text]
1:      call report
        pop rdi
        mov rax, [rsp + 8]
        call write
        pop rsi
        pop rax
        ret

# "CORRUPT hot page 12 word 3 expected 0x1 found 0x2": rsi kind (8 bytes), rbx page, rcx word, rax expected, rdx found.
# Keeps rax; clobbers rcx, rdx, rsi, rdi.
report:
        inc r15
        cmp r15, MAX_REPORTS
        ja 9f
        push rax
        push rdx
        push rax
        push rcx
        push [rsi]
        lea rsi, [rip + corrupt_text]
        mov edi, DATA + 0x100
        mov ecx, 8
        rep movsb
        pop rax
        stosq
        lea rsi, [rip + page_text]
        mov ecx, 6
        rep movsb
        mov rax, rbx
        call decimal
        lea rsi, [rip + word_text]
        mov ecx, 6
        rep movsb
        pop rax
        call decimal
        lea rsi, [rip + expected_text]
        mov ecx, 10
        rep movsb
        pop rax
        call hexadecimal
        lea rsi, [rip + found_text]
        mov ecx, 7
        rep movsb
        pop rax
        call hexadecimal
        CHAR 10
        call print
        pop rax
9:      ret

# "HB number milliseconds passes written verified corruptions 0"
print_beat:
        mov edi, DATA + 0x100
        CHAR 'H'
        CHAR 'B'
        CHAR ' '
        mov rax, r11
        call decimal
        CHAR ' '
        NOW
        xor edx, edx
        div qword ptr [rbp + CYCLES_PER_MILLI]
        call decimal
        CHAR ' '
        lea rax, [r10 - 1]
        call decimal
        CHAR ' '
        lea rax, [r10 - 1]
        imul rax, r9
        add rax, r13
        call decimal
        CHAR ' '
        mov rax, [VERIFIED]
        call decimal
        CHAR ' '
        mov rax, r15
        call decimal
        CHAR ' '
        CHAR '0'
        CHAR 10

# Prints the line from DATA + 0x100 to rdi.
print:
        mov esi, DATA + 0x100
        mov edx, SERIAL
1:      lodsb
        out dx, al
        cmp rsi, rdi
        jb 1b
        ret

# Appends rax at rdi; clobbers rcx, rdx, rsi.
decimal:
        mov esi, TEXT_END
        mov ecx, 10
1:      xor edx, edx
        div rcx
        add dl, '0'
        dec rsi
        mov [rsi], dl
        test rax, rax
        jnz 1b
        mov ecx, TEXT_END
        sub ecx, esi
        rep movsb
        ret

# Appends 0x and 16 digits of rax at rdi; clobbers rcx, rdx.
hexadecimal:
        mov rdx, rax
        CHAR '0'
        CHAR 'x'
        mov ecx, 16
1:      rol rdx, 4
        mov eax, edx
        and eax, 15
        add al, '0'
        cmp al, '9'
        jbe 2f
        add al, 'a' - '0' - 10
2:      stosb
        dec ecx
        jnz 1b
        ret

ready_text:
        .ascii "READY\n"
corrupt_text:
        .ascii "CORRUPT "
hot_text:
        .ascii "hot     "
cold_text:
        .ascii "cold    "
version_text:
        .ascii "version "
page_text:
        .ascii " page "
word_text:
        .ascii " word "
expected_text:
        .ascii " expected "
found_text:
        .ascii " found "
program_end:

# From here on it runs in the ROM, at privilege level 0.

        .macro DESCRIPTOR low, high
        .long \low, \high
        .endm

        .balign 16
descriptors:
        .quad 0
        .set CODE32, . - descriptors
        .quad 0x00CF9B000000FFFF
        .set DATA32, . - descriptors
        .quad 0x00CF93000000FFFF
        .set CODE64, . - descriptors
        .quad 0x00AF9B000000FFFF
        .set USER_DATA, (. - descriptors) | 3
        .quad 0x00CFF3000000FFFF
        .set USER_CODE, (. - descriptors) | 3
        .quad 0x00AFFB000000FFFF
        .set TASK, . - descriptors
        .quad 0x0000890000000000 | TSS << 16 | TSS_LIMIT
        .quad 0
        .set GDT_BYTES, . - descriptors
descriptors_end:

rom_descriptors:
        .word GDT_BYTES - 1
        .long ROM + (descriptors - start)
ram_descriptors:
        .word GDT_BYTES - 1
        .quad GDT

        .code16
real_mode:
        cli
        cld
        lgdt cs:[rom_descriptors - start]
        # Protected mode, with the caches that are off after a reset.
        mov eax, cr0
        and eax, 0x9FFFFFFF
        or al, 1
        mov cr0, eax
        .byte 0x66, 0xEA
        .long ROM + (protected_mode - start)
        .word CODE32

        .code32
protected_mode:
        mov eax, DATA32
        mov ds, eax
        mov es, eax
        mov ss, eax
        mov esp, STACK

        mov esi, ROM
        mov edi, PROGRAM
        mov ecx, program_end - start
        rep movsb
        mov esi, ROM + (descriptors - start)
        mov edi, GDT
        mov ecx, GDT_BYTES
        rep movsb

        mov word ptr [TSS + 0x66], TSS_BITMAP
        mov edi, TSS + TSS_BITMAP
        mov al, 0xFF
        mov ecx, SERIAL / 8
        rep stosb
        mov word ptr [edi], 0xFF00

        mov dword ptr [PML4], PDPT | TABLE
        .irp i, 0, 1, 2, 3
        mov dword ptr [PDPT + 8 * \i], DIRECTORIES + 0x1000 * \i | TABLE
        .endr
        mov edi, DIRECTORIES
        mov eax, LARGE_PAGE
        mov ecx, 2048
1:      mov [edi], eax
        add edi, 8
        add eax, 0x200000
        dec ecx
        jnz 1b

        # Physical address extension, and then long mode and paging.
        mov eax, cr4
        or eax, 0x20
        mov cr4, eax
        mov eax, PML4
        mov cr3, eax
        mov ecx, 0xC0000080
        rdmsr
        or eax, 0x100
        wrmsr
        mov eax, cr0
        or eax, 0x80000000
        mov cr0, eax
        .byte 0xEA
        .long ROM + (long_mode - start)
        .word CODE64

        .code64
long_mode:
        mov rsp, STACK
        lgdt [ROM + (ram_descriptors - start)]
        mov eax, TASK
        ltr ax
        push USER_DATA
        push STACK
        push 2
        push USER_CODE
        push PROGRAM + (user - start)
        iretq

        .org ROM_BYTES - 16
        .code16
        jmp real_mode
        .org ROM_BYTES
