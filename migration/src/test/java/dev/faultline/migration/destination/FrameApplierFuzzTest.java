package dev.faultline.migration.destination;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.migration.TestSwitch;
import dev.faultline.migration.engine.TestGuest;
import dev.faultline.migration.host.BytesLink;
import dev.faultline.migration.host.LocalHost;
import dev.faultline.migration.journal.Journal;
import dev.faultline.migration.page.PageStates;
import dev.faultline.migration.page.PageWay;
import dev.faultline.migration.wire.FrameChannel;
import dev.faultline.migration.wire.FrameHeader;
import dev.faultline.migration.wire.ProtocolException;
import dev.faultline.testing.fuzz.Fuzz;
import dev.faultline.uffd.Uffd;
import dev.faultline.uffd.memory.AliasMapping;
import dev.faultline.uffd.memory.PageSize;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/**
 * A hostile source's bytes on the pages or the faults connection. An input is headers; each is followed by as much
 * payload as it announces, within reason. Only pages that were named may be written, and none that the guest has already.
 */
class FrameApplierFuzzTest {
    private static final int PAGE = 4096;
    private static final int PAGES = 256;
    /** Of the first region, those that the guest has touched; of the second it has all. */
    private static final int MAPPED = 48;

    private static final int GUARD_PAGES = 64;
    private static final byte OWN = 0x11;
    private static final byte SENT = 0x5a;
    private static final int MOST_PAYLOAD_BYTES = 1 << 20;
    private static final int MOST_STREAM_BYTES = 2 << 20;
    /** A flag that nothing else uses: the hand-over begins before this frame. */
    private static final int BEGIN = 0x80;

    @Test
    void onlyWhatWasAgreedIsWritten() {
        try (TestGuest other = new TestGuest(PAGE, PageSize.SIZE_4K, 1, 0, true);
                TwoRegions guest = new TwoRegions(PAGES, GUARD_PAGES);
                AliasMapping first = guest.regions().get(0).file().mapAlias();
                AliasMapping second = guest.regions().get(1).file().mapAlias()) {
            second.segment().fill(OWN);
            Fuzz.target("frame-applier")
                    .times(500)
                    .expecting(ProtocolException.class, EOFException.class)
                    .run(input -> {
                        guest.regions().get(0).file().punchHole(0, (long) PAGES * PAGE);
                        first.segment().asSlice(0, MAPPED * PAGE).fill(OWN);
                        try (DestinationMemory memory = new DestinationMemory(guest, Journal.unkept())) {
                            haveMapped(memory.states(0), MAPPED);
                            haveMapped(memory.states(1), GUARD_PAGES);
                            try {
                                apply(stream(input), other, memory);
                            } finally {
                                check(memory, first.segment(), second.segment(), named(input));
                            }
                        }
                    });
        }
    }

    private static void haveMapped(PageStates states, int count) {
        for (int page = 0; page < count; page++) {
            states.claim(page, true);
            states.finish(page, true, false);
            states.moveToMapped(page);
        }
    }

    private static void apply(byte[] stream, TestGuest other, DestinationMemory memory) throws IOException {
        FrameChannel channel = new FrameChannel(new BytesLink(stream));
        Uffd uffd = other.uffd(other.regions().getFirst());
        FaultShards shards = new FaultShards(List.of(uffd, uffd));
        PageMapper mapper = new PageMapper(LocalHost.INSTANCE, shards, memory, new FaultStatistics());
        HandOver handOver = new HandOver(memory, () -> {});
        FrameApplier applier = new FrameApplier(
                LocalHost.INSTANCE,
                channel,
                memory,
                mapper,
                handOver,
                new AtomicLong(),
                new PageWitness(memory, PageWay.PUSH),
                TestSwitch.NONE);
        while (true) {
            FrameHeader header = channel.readHeader();
            if ((header.flags() & BEGIN) != 0) {
                handOver.begin();
            }
            applier.apply(header);
        }
    }

    private static byte[] stream(byte[] headers) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int at = 0; at < headers.length && out.size() < MOST_STREAM_BYTES; at += FrameHeader.BYTES) {
            out.write(headers, at, Math.min(FrameHeader.BYTES, headers.length - at));
            if (at + FrameHeader.BYTES <= headers.length) {
                long length = header(headers, at).getLong(24);
                byte[] payload = new byte[Math.clamp(length, 0, MOST_PAYLOAD_BYTES)];
                Arrays.fill(payload, SENT);
                out.writeBytes(payload);
            }
        }
        return out.toByteArray();
    }

    private static ByteBuffer header(byte[] headers, int at) {
        return ByteBuffer.wrap(headers, at, FrameHeader.BYTES).slice().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Which pages of the first region a header names, understood as generously as can be. */
    private static BitSet named(byte[] headers) {
        BitSet named = new BitSet();
        for (int at = 0; at + FrameHeader.BYTES <= headers.length; at += FrameHeader.BYTES) {
            ByteBuffer header = header(headers, at);
            long first = header.getLong(8);
            long count = header.getInt(4) & 0xffff_ffffL;
            if (header.getShort(2) == 0 && first >= 0 && first < PAGES) {
                named.set((int) first, (int) Math.min(PAGES, first + count));
            }
        }
        return named;
    }

    private static void check(DestinationMemory memory, MemorySegment first, MemorySegment second, BitSet named) {
        PageStates states = memory.states(0);
        int notCurrent = 0;
        for (int page = 0; page < PAGES; page++) {
            byte state = states.state(page);
            byte begin = first.get(JAVA_BYTE, (long) page * PAGE);
            byte end = first.get(JAVA_BYTE, (long) page * PAGE + PAGE - 1);
            assertThat(PageStates.isWriting(state))
                    .as("page %d is being written", page)
                    .isFalse();
            if (page < MAPPED) {
                assertThat(state == PageStates.MAPPED && begin == OWN && end == OWN)
                        .as("the guest's own page %d is as it was", page)
                        .isTrue();
            } else if (!named.get(page)) {
                assertThat(state == PageStates.ABSENT && begin == 0 && end == 0)
                        .as("page %d that nobody named is as it was", page)
                        .isTrue();
            } else if (state == PageStates.CURRENT) {
                assertThat(begin == SENT && end == SENT)
                        .as("page %d is whole", page)
                        .isTrue();
            }
            notCurrent += PageStates.isCurrent(state) ? 0 : 1;
        }
        assertThat(states.notCurrent()).isEqualTo(notCurrent);
        for (long at = 0; at < second.byteSize(); at += PAGE / 2) {
            assertThat(second.get(JAVA_BYTE, at))
                    .as("the guard region at %d", at)
                    .isEqualTo(OWN);
        }
    }
}
