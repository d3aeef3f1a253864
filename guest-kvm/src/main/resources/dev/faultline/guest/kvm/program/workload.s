# The guest: it checks and rewrites its memory for ever, and tells when a page is not what it wrote last.
#
# It runs in 64-bit mode at privilege level 3 from address 0x1000, without interrupts, exceptions or a stack. All that
# it knows is in registers, so that memory that was rolled back to an older state never agrees with them, not even when
# the older state is consistent in itself.
#
#   r8  first byte of the hot set            r12 first byte of the cold set
#   r9  pages in the hot set                 r13 pages in the cold set - 1 (a power of two), or -1 for none
#   r10 pass << 24 | next page in the hot set; passes count from 1
#   r11 heartbeats                           r14 pages touched in the cold set
#   r15 pages per heartbeat << 32 | pages to the next one
#   rbp hot pages per cold page << 32 | hot pages to the next one
#   xmm13, xmm14, xmm15 constants of the content; rsp return address; the other registers are scratch
#
# A page's content is 512 words: word j = (seq * K1 ^ address / 4096 * K2) + j * STEP; all zero for seq 0. In a pass the
# page of the hot set is checked for the pass before and rewritten for this one. The cold set is filled with seq 1 at the
# start; from then on its odd pages are checked only, and its even ones rewritten, which counts the turns of the cold set.
#
# Port 0x510: a heartbeat. Port 0x511: a page is wrong: rdi page, rcx word, rax expected, rsi found.
#
# Assemble: as --64 -o workload.o workload.s && objcopy -O binary -j .text workload.o workload.bin

        .intel_syntax noprefix
        .set PORT_HEARTBEAT, 0x510
        .set PORT_CORRUPTION, 0x511
        .set INDEX_BITS, 24
        .set INDEX_MASK, (1 << INDEX_BITS) - 1

        # Odd, so that a turn of the cold set visits every page once, and odd pages in odd places.
        .set PERMUTE, 0x2545F491

        .macro CALL target
        lea rsp, [rip + 9f]
        jmp \target
9:
        .endm

        .macro HEARTBEAT
        dec r15
        test r15d, r15d
        jnz 8f
        inc r11
        mov rax, r15
        shr rax, 32
        or r15, rax
        mov edx, PORT_HEARTBEAT
        out dx, al
8:
        .endm

        # rdi = address of the cold page that is due
        .macro COLD_PAGE
        imul rax, r14, PERMUTE
        and rax, r13
        shl rax, 12
        lea rdi, [r12 + rax]
        .endm

        # rax = turn of the cold set, 0 while it is filled
        .macro COLD_TURN
        popcnt rcx, r13
        mov rax, r14
        shr rax, cl
        .endm

        # rcx = address / 4096 * K2, rdx = K1, rbx = STEP
        .macro PAGE_CONSTANTS
        mov rcx, rdi
        shr rcx, 12
        movq rdx, xmm14
        imul rcx, rdx
        movq rdx, xmm13
        movq rbx, xmm15
        .endm

        .text
start:
        movabs rax, 0x9E3779B97F4A7C15
        movq xmm13, rax
        movabs rax, 0xC2B2AE3D27D4EB4F
        movq xmm14, rax
        movabs rax, 0x165667B19E3779F9
        movq xmm15, rax
        mov r10d, 1 << INDEX_BITS
        xor r11d, r11d
        xor r14d, r14d
        cmp r13, -1
        je hot
fill:
        COLD_PAGE
        xor eax, eax
        CALL verify
        mov eax, 1
        CALL write
        inc r14
        HEARTBEAT
        cmp r14, r13
        jbe fill
hot:
        mov edi, r10d
        and edi, INDEX_MASK
        shl rdi, 12
        add rdi, r8
        mov rax, r10
        shr rax, INDEX_BITS
        dec rax
        CALL verify
        mov rax, r10
        shr rax, INDEX_BITS
        CALL write
        # Pass and index change in one instruction: a pause never sees half of it.
        lea rax, [r10 + 1]
        mov ecx, eax
        and ecx, INDEX_MASK
        cmp rcx, r9
        jb 1f
        shr rax, INDEX_BITS
        inc rax
        shl rax, INDEX_BITS
1:      mov r10, rax
        HEARTBEAT
        cmp r13, -1
        je hot
        dec rbp
        test ebp, ebp
        jnz hot
        mov rax, rbp
        shr rax, 32
        or rbp, rax
cold:
        COLD_PAGE
        mov eax, 1
        test r14d, 1
        jnz 2f
        COLD_TURN
2:      CALL verify
        test r14d, 1
        jnz 3f
        COLD_TURN
        inc rax
        CALL write
3:      inc r14
        HEARTBEAT
        jmp hot

# Checks page rdi for seq rax; reports its first wrong word.
        .balign 64, 0x90
verify:
        PAGE_CONSTANTS
        mov rsi, rax
        imul rsi, rdx
        xor rsi, rcx
        test rax, rax
        cmovz rsi, rax
        cmovz rbx, rax
        mov rax, rsi
        xor ecx, ecx
        .balign 32, 0x90
4:
        .irp k, 0, 1, 2, 3, 4, 5, 6, 7
        mov rdx, [rdi + rcx*8 + 8*\k]
        cmp rdx, rax
        jne wrong\k
        add rax, rbx
        .endr
        add ecx, 8
        cmp ecx, 512
        jb 4b
        jmp rsp

        .irp k, 7, 6, 5, 4, 3, 2, 1
wrong\k:
        inc ecx
        .endr
wrong0:
        mov rsi, rdx
        mov edx, PORT_CORRUPTION
        out dx, al
        jmp rsp

# Writes page rdi for seq rax, which is not 0.
        .balign 64, 0x90
write:
        PAGE_CONSTANTS
        imul rax, rdx
        xor rax, rcx
        xor ecx, ecx
        .balign 32, 0x90
5:
        .irp k, 0, 1, 2, 3, 4, 5, 6, 7
        mov [rdi + rcx*8 + 8*\k], rax
        add rax, rbx
        .endr
        add ecx, 8
        cmp ecx, 512
        jb 5b
        jmp rsp
