package dev.faultline.uffd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.uffd.memory.PageSize;
import dev.faultline.uffd.os.LinuxException;
import dev.faultline.uffd.os.Poller;
import java.util.Set;

/** Memory that a userfaultfd serves, and a thread to touch it. The test's own thread answers. */
final class FaultFixture implements AutoCloseable {
    static final Set<RegisterMode> MISSING_AND_MINOR = Set.of(RegisterMode.MISSING, RegisterMode.MINOR);
    private static final long PATIENCE_NANOS = 30_000_000_000L;

    final TestMemory memory;
    final LinuxUffd uffd;
    final EventBatch batch = new EventBatch(16);
    final NativeThread thread = new NativeThread();

    FaultFixture(PageSize size, int pages, Set<RegisterMode> modes, UffdFeature... features) {
        memory = TestMemory.of(size, pages);
        uffd = LinuxUffd.open(Set.of(features));
        uffd.register(memory.page(0), memory.lengthBytes(), modes);
    }

    /** Waits for the faults that come with one read. */
    int awaitFaults() {
        assertThat(Poller.awaitReadable(uffd.fd(), PATIENCE_NANOS))
                .as("a fault came")
                .isTrue();
        return uffd.read(batch);
    }

    /** Waits for one fault and checks which page it is of. */
    void awaitFaultOn(int page) {
        assertThat(awaitFaults()).isEqualTo(1);
        assertThat(batch.isPageFault(0)).isTrue();
        assertThat(batch.address(0)).isEqualTo(memory.page(page));
    }

    /** CONTINUEs a run of pages. */
    Outcome continuePages(int page, int count) {
        return uffd.continuePages(memory.page(page), memory.pages(count), 0);
    }

    /** Makes a page of the file, as zeros, without the guest mapping. */
    void instantiate(int page) {
        memory.aliasPage(page).fill((byte) 0);
    }

    @Override
    public void close() {
        try {
            uffd.unregister(memory.page(0), memory.lengthBytes());
        } catch (LinuxException | IllegalStateException e) {
            // The test has unregistered or closed it: that is all the same here.
        }
        uffd.close();
        thread.close();
        batch.close();
        memory.close();
    }
}
