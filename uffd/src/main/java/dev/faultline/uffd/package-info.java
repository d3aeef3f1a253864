/**
 * userfaultfd(2) and PAGEMAP_SCAN: page faults of a range of memory as events, their resolution, and which pages were
 * written.
 *
 * <p>Where to begin:
 *
 * <ul>
 *   <li>{@link dev.faultline.uffd.Uffd} is the calls, {@link dev.faultline.uffd.LinuxUffd} the kernel's,
 *       {@link dev.faultline.uffd.Outcome} what they answer.
 *   <li>A <b>missing</b> fault is of a page that does not exist; {@link dev.faultline.uffd.Uffd#copy} or
 *       {@link dev.faultline.uffd.Uffd#zeroPages} make it. A <b>minor</b> fault is of a page that the file holds and the
 *       mapping lacks: its content is made right through another mapping of the file, the alias, and
 *       {@link dev.faultline.uffd.Uffd#continuePages} lets the touch go on. A <b>write-protect</b> fault is of a store to
 *       a page that was protected.
 *   <li>A handler waits with a {@link dev.faultline.uffd.UffdWaiter}, reads into an
 *       {@link dev.faultline.uffd.EventBatch}, and answers each fault; {@link dev.faultline.uffd.StallWatch} tells when
 *       it does not.
 *   <li>{@link dev.faultline.uffd.Pagemap} tells which pages were written since it was asked last, without faults.
 *   <li>The memory of another process is served with a userfaultfd that came by
 *       {@link dev.faultline.uffd.ipc.UnixConnection}, was taken by {@link dev.faultline.uffd.LinuxUffd#takeFrom}, or was
 *       opened in it by {@link dev.faultline.uffd.remote.RemoteProcess}.
 *   <li>A JVM that wants to page its own memory takes a {@link dev.faultline.uffd.paged.PagedRegion}, and no other way.
 * </ul>
 *
 * <p>One round of a handler, for memory registered {@link dev.faultline.uffd.RegisterMode#MISSING} and
 * {@link dev.faultline.uffd.RegisterMode#MINOR}:
 *
 * {@snippet :
 * int count = waiter.await(-1) ? uffd.read(batch) : 0;
 * for (int i = 0; i < count; i++) {
 *     long page = batch.address(i) & -pageBytes;
 *     fetch(alias.segment().asSlice(page - guest.address(), pageBytes));
 *     Outcome outcome = uffd.continuePages(page, pageBytes, 0);
 *     switch (outcome.kind()) {
 *         case DONE -> {}
 *         case CHANGING -> later(page); // after reading on, by a timer
 *         default -> uffd.wake(page, pageBytes); // it is mapped already, say, and nobody was woken
 *     }
 * }
 * }
 *
 * <p><b>The safepoint rule.</b> No Java code may touch memory whose faults a thread of the same JVM answers, by a
 * {@link java.lang.foreign.MemorySegment}, a direct buffer or a critical downcall: while it waits, no safepoint can be
 * reached, and the thread that should answer may need one. Such memory is touched in native state only: inside an ordinary
 * downcall, or by another process. {@link dev.faultline.uffd.memory.GuestMapping} gives an address and no segment for that
 * reason.
 *
 * <p>Base pages are of 4 KiB: kernels for AArch64 with pages of 16 or 64 KiB are not supported.
 */
package dev.faultline.uffd;
