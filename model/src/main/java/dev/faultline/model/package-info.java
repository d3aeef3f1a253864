/**
 * The model: a kernel in which every rule of userfaultfd can be read, and every interleaving replayed.
 *
 * <p>It is the part of Linux's memory management that minor faults touch: mappings that split and merge, anonymous memory,
 * shmem and hugetlbfs, page caches, page tables with the marks of write protection and poison, fault handling, the queues of
 * a userfaultfd, its calls with their errnos, events, fork, mremap, madvise, and PAGEMAP_SCAN. It needs neither Linux nor
 * userfaultfd. A {@link dev.faultline.model.ModelUffd} is a {@link dev.faultline.uffd.Uffd} and a {@link
 * dev.faultline.model.ModelFile} a {@link dev.faultline.uffd.memory.MemoryFile}, so a handler for the one runs on the other.
 *
 * <p>To read it beside the kernel, begin with {@code FaultHandler} (mm/memory.c) and {@code Fill} (mm/userfaultfd.c); each
 * rule names its source file and function of Linux 6.18. {@code RfcRules} is where the proposal of January 2021 differs.
 *
 * <p>What it leaves out:
 *
 * <ul>
 *   <li>transparent huge pages: MADV_COLLAPSE makes the 512 pages present, and no more;
 *   <li>reclaim by itself: pages go to swap when they are told to, by {@link dev.faultline.model.ModelFile#swapOut} or
 *       MADV_PAGEOUT, and memory is never short; huge pages are counted, but none is set aside by a mapping;
 *   <li>files of other kinds, SysV shared memory, mlock, memory policies, other rights than root's;
 *   <li>a load through an alias mapping makes no page of a hole, because the model cannot see it: {@link
 *       dev.faultline.uffd.memory.AliasMapping#populate} does;
 *   <li>a signal to a thread in an access of the kernel's: here it touches once more, there again and again;
 *   <li>two loops that never end in Linux 6.18 and throw an IllegalStateException here: a store to a huge page whose
 *       protection outlived its registration, and MADV_GUARD_INSTALL over protected memory of a file.
 * </ul>
 */
package dev.faultline.model;
