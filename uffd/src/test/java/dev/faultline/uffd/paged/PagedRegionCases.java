package dev.faultline.uffd.paged;

import static dev.faultline.uffd.NativeThread.await;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faultline.uffd.NativeThread;
import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.internal.linux.LibC;
import dev.faultline.uffd.memory.Memfd;
import dev.faultline.uffd.memory.PageSize;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a region of few pages does. {@link PagedRegionTest} runs it for each page size. */
abstract class PagedRegionCases {
    static final int PAGES = 4;

    private final PageSize size;
    final long bytes;
    final KeptPages source = new KeptPages();
    final NativeThread thread = new NativeThread();
    final NativeThread other = new NativeThread();
    PagedRegion region;

    PagedRegionCases(PageSize size) {
        this.size = size;
        bytes = size.bytes();
    }

    @BeforeEach
    void open() {
        region = PagedRegion.open(PagedRegionOptions.of(PAGES * bytes).withPageSize(size), source);
    }

    @AfterEach
    void close() {
        source.openAll();
        region.close();
        thread.close();
        other.close();
    }

    long get(long offset) {
        return region.read(offset, Long.BYTES, range -> range.get(JAVA_LONG, 0));
    }

    void put(long offset, long value) {
        region.write(offset, Long.BYTES, range -> {
            range.set(JAVA_LONG, 0, value);
            return true;
        });
    }

    long getNatively(long offset) {
        byte[] loaded = await(thread.load(region.address() + offset, Long.BYTES));
        return ByteBuffer.wrap(loaded).order(ByteOrder.nativeOrder()).getLong();
    }

    void putNatively(long offset, long value) {
        byte[] stored = ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.nativeOrder())
                .putLong(value)
                .array();
        await(thread.store(region.address() + offset, stored));
    }

    /** {@return what the kernel says when it shall read a page natively; a touch of poison would be this JVM's end} */
    long writeOut(int page) {
        try (Memfd sink = Memfd.create("sink", 4096, PageSize.SIZE_4K)) {
            return LibC.pwrite(sink.fd().number(), region.address() + page * bytes, 8, 0);
        }
    }

    @Test
    void aPageIsLoadedWhenItIsReadAndOnlyOnce() {
        assertThat(region.residentBytes()).isZero();
        assertThat(get(bytes + 16)).isEqualTo(KeptPages.word(bytes + 16));
        assertThat(get(2 * bytes - 8)).isEqualTo(KeptPages.word(2 * bytes - 8));
        assertThat(source.loads).hasValue(1);
        assertThat(region.residentBytes()).isEqualTo(bytes);
    }

    @Test
    void aRangeOverSeveralPagesIsLoadedWhole() {
        long sum = region.read(bytes - 8, bytes + 16, range -> {
            assertThat(range.byteSize()).isEqualTo(bytes + 16);
            return range.get(JAVA_LONG, 0) + range.get(JAVA_LONG, bytes + 8);
        });
        assertThat(sum).isEqualTo(KeptPages.word(bytes - 8) + KeptPages.word(2 * bytes));
        assertThat(source.loads).hasValue(3);
    }

    @Test
    void nativeCodeMayTouchAnyOfIt() {
        assertThat(getNatively(3 * bytes + 8)).isEqualTo(KeptPages.word(3 * bytes + 8));
        assertThat(source.loads).hasValue(1);
        assertThat(get(3 * bytes)).isEqualTo(KeptPages.word(3 * bytes));
        assertThat(getNatively(3 * bytes + 16)).isEqualTo(KeptPages.word(3 * bytes + 16));
        assertThat(source.loads).hasValue(1);
    }

    @Test
    void javaAndNativeCodeSeeEachOthersStores() {
        putNatively(8, 1);
        assertThat(get(8)).isEqualTo(1);
        put(8, 2);
        assertThat(getNatively(8)).isEqualTo(2);
        assertThat(get(0)).isEqualTo(KeptPages.word(0));
    }

    @Test
    void whatJavaChangedIsStoredAndComesBack() {
        put(bytes + 8, 42);
        assertThat(region.evict(0, PAGES * bytes)).isEqualTo(bytes);
        assertThat(region.residentBytes()).isZero();
        assertThat(source.stored(bytes, 8)).isEqualTo(42);
        assertThat(get(bytes + 8)).isEqualTo(42);
        assertThat(source.loads).hasValue(2);
    }

    @Test
    void whatNativeCodeChangedIsStoredAndComesBack() {
        assertThat(getNatively(bytes + 8)).isEqualTo(KeptPages.word(bytes + 8));
        putNatively(bytes + 8, 42);
        region.evict(0, PAGES * bytes);
        assertThat(source.stored(bytes, 8)).isEqualTo(42);
        assertThat(getNatively(bytes + 8)).isEqualTo(42);
    }

    /** The first touch is the store: its page is loaded first. */
    @Test
    void aStoreToAnAbsentPageKeepsTheRestOfIt() {
        putNatively(8, 42);
        region.evict(0, bytes);
        assertThat(source.stored(0, 8)).isEqualTo(42);
        assertThat(source.stored(0, 16)).isEqualTo(KeptPages.word(16));
    }

    @Test
    void whatWasOnlyReadIsNotStored() {
        get(0);
        getNatively(bytes);
        assertThat(region.evict(0, PAGES * bytes)).isEqualTo(2 * bytes);
        assertThat(source.stores).hasValue(0);
        assertThat(region.evict(0, PAGES * bytes)).isZero();
    }

    /** Were the page still mapped for native code while it is stored, that store would be lost. */
    @Test
    void aStoreDuringAnEvictionLandsInThePageThatComesBack() {
        putNatively(8, 1);
        KeptPages.Gate gate = KeptPages.Gate.closed();
        source.storeGates.put(0L, gate);
        CompletableFuture<Long> eviction = other.run(() -> region.evict(0, bytes));
        awaitUninterrupted(gate);
        CompletableFuture<Boolean> late = thread.store(region.address() + 8, (byte) 2);
        assertThat(NativeThread.isStuck(late)).isTrue();
        gate.open().countDown();
        assertThat(await(eviction)).isEqualTo(bytes);
        await(late);
        assertThat(get(8)).isEqualTo(2);
        region.evict(0, bytes);
        assertThat(source.stored(0, 8)).isEqualTo(2);
    }

    /** The page stays mapped for native code, protected: a store while it is stored marks it again. */
    @Test
    void aStoreDuringAFlushIsFoundByTheNext() {
        putNatively(8, 1);
        KeptPages.Gate gate = KeptPages.Gate.closed();
        source.storeGates.put(0L, gate);
        CompletableFuture<Boolean> flush = other.run(() -> {
            region.flush(0, bytes);
            return true;
        });
        awaitUninterrupted(gate);
        putNatively(8, 2);
        gate.open().countDown();
        await(flush);
        assertThat(source.stored(0, 8)).isEqualTo(1);
        region.flush(0, bytes);
        assertThat(source.stored(0, 8)).isEqualTo(2);
    }

    /** Also the mark of protection that a page leaves behind must not hide the next store. */
    @Test
    void everyRoundOfEvictionFindsTheNewStores() {
        for (int round = 1; round <= 5; round++) {
            assertThat(getNatively(8)).isEqualTo(round == 1 ? KeptPages.word(8) : round - 1);
            putNatively(8, round);
            region.evict(0, bytes);
            assertThat(source.stored(0, 8)).isEqualTo(round);
            assertThat(source.stores).hasValue(round);
        }
    }

    @Test
    void aPageInUseIsNotEvicted() {
        region.read(0, 8, range -> {
            assertThat(region.evict(0, 2 * bytes)).isZero();
            return range.get(JAVA_LONG, 0);
        });
        region.withAddress(bytes, 8, address -> region.evict(0, 2 * bytes));
        assertThat(region.residentBytes()).isEqualTo(bytes);
        assertThat(region.evict(0, 2 * bytes)).isEqualTo(bytes);
    }

    @Test
    void onlyWholePagesOfTheRangeAreEvicted() {
        region.read(0, PAGES * bytes, MemorySegment::byteSize);
        assertThat(region.evict(8, 3 * bytes)).isEqualTo(2 * bytes);
        assertThat(source.loads).hasValue(PAGES);
        get(0);
        get(3 * bytes);
        assertThat(source.loads).hasValue(PAGES);
    }

    @Test
    void flushingStoresOnceAndFindsLaterStores() {
        putNatively(8, 1);
        put(bytes + 8, 2);
        get(2 * bytes);
        region.flush(0, PAGES * bytes);
        assertThat(source.stored(0, 8)).isEqualTo(1);
        assertThat(source.stored(bytes, 8)).isEqualTo(2);
        region.flush(0, PAGES * bytes);
        assertThat(source.stores).hasValue(2);
        putNatively(8, 3);
        put(bytes + 8, 4);
        region.flush(0, PAGES * bytes);
        assertThat(source.stored(0, 8)).isEqualTo(3);
        assertThat(source.stored(bytes, 8)).isEqualTo(4);
        assertThat(region.residentBytes()).isEqualTo(3 * bytes);
    }

    @Test
    void aPageThatCannotBeLoadedIsNamedAndCanBeTriedAgain() {
        IOException cause = new IOException("the disk is on fire");
        source.broken.put(bytes, cause);
        assertThatThrownBy(() -> region.read(0, 2 * bytes, MemorySegment::byteSize))
                .isInstanceOfSatisfying(
                        PageAccessException.class, e -> assertThat(e.offset()).isEqualTo(bytes))
                .hasMessageContaining("0x%x", bytes)
                .hasMessageContaining("the disk is on fire")
                .hasCause(cause);
        assertThat(region.residentBytes()).isEqualTo(bytes);
        assertThat(region.evict(0, bytes))
                .as("the page before it is not left pinned")
                .isEqualTo(bytes);
        source.broken.clear();
        assertThat(get(bytes + 8)).isEqualTo(KeptPages.word(bytes + 8));
    }

    @Test
    void nativeCodeThatCannotHaveItsPageIsNotLeftWaiting() {
        getNatively(bytes);
        region.evict(0, PAGES * bytes); // leaves a mark of protection behind
        source.broken.put(bytes, new IOException("gone"));
        assertThat(writeOut(1)).isEqualTo(-Errno.EFAULT);
        assertThatThrownBy(() -> region.withAddress(bytes, 8, address -> address))
                .isInstanceOf(PageAccessException.class);
        source.broken.clear();
        assertThat(get(bytes)).isEqualTo(KeptPages.word(bytes));
        assertThat(writeOut(1)).as("the poison is gone").isEqualTo(8);
    }

    @Test
    void aPageThatCannotBeStoredStaysAsItIs() {
        putNatively(8, 42);
        source.unstorable.put(0L, new IOException("full"));
        assertThatThrownBy(() -> region.evict(0, bytes))
                .isInstanceOf(PageAccessException.class)
                .hasMessageContaining("cannot store the page at offset 0x0")
                .hasMessageContaining("full");
        assertThatThrownBy(() -> region.flush(0, bytes)).isInstanceOf(PageAccessException.class);
        assertThat(getNatively(8)).isEqualTo(42);
        source.unstorable.clear();
        assertThat(region.evict(0, bytes)).isEqualTo(bytes);
        assertThat(source.stored(0, 8)).isEqualTo(42);
    }

    @Test
    void severalThatWantTheSamePageHaveItLoadedOnce() {
        KeptPages.Gate gate = KeptPages.Gate.closed();
        source.gates.put(bytes, gate);
        CompletableFuture<Long> java = thread.run(() -> get(bytes));
        awaitUninterrupted(gate);
        CompletableFuture<byte[]> natively = other.load(region.address() + bytes, 8);
        try (NativeThread third = new NativeThread()) {
            CompletableFuture<Long> again = third.run(() -> get(bytes));
            assertThat(NativeThread.isStuck(natively)).isTrue();
            assertThat(again).isNotDone();
            assertThat(region.evict(0, 2 * bytes))
                    .as("a page that is being loaded")
                    .isZero();
            gate.open().countDown();
            assertThat(await(java)).isEqualTo(KeptPages.word(bytes));
            assertThat(await(again)).isEqualTo(KeptPages.word(bytes));
            await(natively);
        }
        assertThat(source.loads).hasValue(1);
    }

    @Test
    void aLoadThatTakesLongHoldsNobodyElseUp() {
        KeptPages.Gate gate = KeptPages.Gate.closed();
        source.gates.put(bytes, gate);
        CompletableFuture<Long> slow = thread.run(() -> get(bytes));
        awaitUninterrupted(gate);
        assertThat(get(0)).isEqualTo(KeptPages.word(0));
        await(other.load(region.address() + 2 * bytes, 8));
        assertThat(slow).isNotDone();
        gate.open().countDown();
        await(slow);
    }

    @Test
    void closingWaitsForThoseWhoUseItAndRefusesOthers() {
        KeptPages.Gate gate = KeptPages.Gate.closed();
        source.gates.put(-1L, gate); // of no page: to be let through at the end
        CompletableFuture<Long> user = thread.run(() -> region.read(0, 8, range -> {
            gate.pass();
            return range.get(JAVA_LONG, 0);
        }));
        awaitUninterrupted(gate);
        CompletableFuture<Boolean> close = other.run(() -> {
            region.close();
            return true;
        });
        assertThat(NativeThread.isStuck(close)).isTrue();
        assertThatThrownBy(() -> get(bytes)).isInstanceOf(IllegalStateException.class);
        gate.open().countDown();
        assertThat(await(user)).isEqualTo(KeptPages.word(0));
        assertThat(await(close)).isTrue();
        assertThatThrownBy(() -> get(0)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> region.evict(0, bytes)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> region.flush(0, bytes)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void closingWaitsForALoadThatIsUnderWay() {
        KeptPages.Gate gate = KeptPages.Gate.closed();
        source.gates.put(0L, gate);
        CompletableFuture<Long> user = thread.run(() -> get(0));
        awaitUninterrupted(gate);
        CompletableFuture<Boolean> close = other.run(() -> {
            region.close();
            return true;
        });
        assertThat(NativeThread.isStuck(close)).isTrue();
        gate.open().countDown();
        assertThat(await(user)).isEqualTo(KeptPages.word(0));
        await(close);
    }

    @Test
    void aRangeIsNoUseAfterItsAccess() {
        AtomicReference<MemorySegment> kept = new AtomicReference<>(MemorySegment.NULL);
        region.read(0, 16, range -> {
            kept.set(range);
            assertThatThrownBy(() -> range.get(JAVA_LONG, 16)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> range.set(JAVA_LONG, 0, 1)).isInstanceOf(IllegalArgumentException.class);
            return true;
        });
        assertThatThrownBy(() -> kept.get().get(JAVA_LONG, 0)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void anAccessThatThrowsUnpinsItsPages() {
        assertThatThrownBy(() -> region.write(0, 8, range -> {
                    range.set(JAVA_LONG, 0, 7);
                    throw new IOException("of the access");
                }))
                .isInstanceOf(IOException.class);
        assertThat(region.evict(0, bytes)).isEqualTo(bytes);
        assertThat(source.stored(0, 0)).isEqualTo(7);
    }

    @Test
    void whatIsNotOfTheRegionIsRefused() {
        assertThatThrownBy(() -> get(PAGES * bytes - 4)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> get(-8)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> region.evict(bytes, PAGES * bytes)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(source.loads).hasValue(0);
    }

    private static void awaitUninterrupted(KeptPages.Gate gate) {
        try {
            gate.reached().await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
