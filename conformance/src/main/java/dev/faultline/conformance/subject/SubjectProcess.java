package dev.faultline.conformance.subject;

import dev.faultline.uffd.Pagemap;
import dev.faultline.uffd.Uffd;
import dev.faultline.uffd.memory.PageSize;
import java.util.List;
import java.util.Optional;

/** A process: an address space with nothing in it but what actions map, and at least one thread. */
public interface SubjectProcess extends AutoCloseable {
    /**
     * A range of the address space as /proc/PID/maps lists it.
     *
     * @param start the first byte
     * @param end the byte after the last
     */
    record MappedRange(long start, long end) {}

    /** {@return the first thread} */
    SubjectThread thread();

    /** {@return one more thread} */
    SubjectThread newThread();

    /**
     * {@return a thread's id, as events tell it}
     *
     * @param thread one of this process
     */
    int idOf(SubjectThread thread);

    /**
     * Opens a userfaultfd for this address space. Each of its calls returns when all threads have settled. Closing it
     * closes the last descriptor of it.
     *
     * @param featureBits what the handshake asks for
     * @param userModeOnly UFFD_USER_MODE_ONLY
     * @return the userfaultfd
     * @throws dev.faultline.uffd.os.LinuxException as the system call and the handshake
     */
    Uffd openUffd(long featureBits, boolean userModeOnly);

    /**
     * UFFDIO_UNREGISTER alone, without the wake that the library adds.
     *
     * @param uffd one that this process opened
     * @param address the first byte
     * @param lengthBytes a multiple of the page size
     */
    void unregisterOnly(Uffd uffd, long address, long lengthBytes);

    /**
     * {@return an empty memory file}
     *
     * @param lengthBytes a multiple of the page size
     * @param pageSize its page size
     */
    SubjectFile createFile(long lengthBytes, PageSize pageSize);

    /** {@return the page map, which the caller closes} */
    Pagemap pagemap();

    /** {@return the flags of the mapping that holds an address, as VmFlags of /proc/PID/smaps, or an empty text} */
    String vmFlags(long address);

    /** {@return the mappings that lie in a range} */
    List<MappedRange> mappings(long start, long end);

    /** {@return the child of the last fork that is done} */
    SubjectProcess takeChild();

    /** Has mapped pages, which no other process maps, written to swap, as when memory is short. */
    void swapOut(long address, long lengthBytes);

    /** Waits until every thread has completed its action or is provably blocked. */
    void settle();

    /**
     * Does something of the handler's beside actions that were begun, and waits as {@link #settle} does.
     *
     * @param call what; its calls of userfaultfds return before threads have settled
     */
    void beside(Runnable call);

    /** Ends the process as SIGKILL does, and returns when its memory is gone. */
    void exit();

    /** {@return system calls of the process itself, by number; only the kernel has them} */
    Optional<RawCalls> raw();

    /** Ends the process. */
    @Override
    void close();
}
