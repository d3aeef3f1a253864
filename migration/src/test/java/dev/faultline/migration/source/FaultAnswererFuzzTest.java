package dev.faultline.migration.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.migration.host.BytesLink;
import dev.faultline.migration.host.LocalHost;
import dev.faultline.migration.page.PageBits;
import dev.faultline.migration.wire.FrameChannel;
import dev.faultline.migration.wire.ProtocolException;
import dev.faultline.testing.fuzz.Fuzz;
import dev.faultline.uffd.memory.AliasMapping;
import dev.faultline.uffd.memory.Memfd;
import dev.faultline.uffd.memory.MemoryFile;
import dev.faultline.uffd.memory.PageSize;
import java.io.EOFException;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A hostile destination asks for anything: it gets pages of the guest, and the guest's memory stays as it is. */
class FaultAnswererFuzzTest {
    private static final int PAGES = 256;
    private static final int PAGE = 4096;

    @Test
    void everyQuestionIsAnsweredOrRefused() {
        try (MemoryFile file = Memfd.create("asked", (long) PAGES * PAGE, PageSize.SIZE_4K);
                AliasMapping alias = file.mapAlias();
                PageReader reader = new PageReader(new GuestRegion(0, "ram", 0, file), alias)) {
            alias.segment().asSlice(0, PAGES / 2 * PAGE).fill((byte) 7);
            Fuzz.target("fault-answerer")
                    .times(1_000)
                    .expecting(ProtocolException.class, EOFException.class, IOException.class)
                    .run(input -> {
                        SourceCounters counters = new SourceCounters();
                        FinalMap map = halfDirty();
                        FrameChannel channel = new FrameChannel(new BytesLink(input));
                        try {
                            answerer(channel, reader, map, counters).run();
                        } finally {
                            long answers = counters.faultCurrent.get() + counters.faultPages.get();
                            assertThat(answers).isLessThanOrEqualTo(input.length / 32);
                            assertThat(map.remaining()).isPresent();
                            assertThat(file.allocatedBytes()).isEqualTo(PAGES / 2 * PAGE);
                        }
                    });
        }
    }

    private static FaultAnswerer answerer(
            FrameChannel channel, PageReader reader, FinalMap map, SourceCounters counters) {
        Stripes stripes = new Stripes(1, new int[] {64});
        SentBlocks nothing = new SentBlocks(List.of(reader.region()), List.of(), stripes, counters);
        return new FaultAnswerer(channel, List.of(reader), new DeltaMaker(nothing, counters), map, counters, false);
    }

    private static FinalMap halfDirty() {
        List<PageBits> dirty = List.of(new PageBits(PAGES));
        dirty.getFirst().add(PAGES / 4, PAGES / 2);
        FinalMap map = new FinalMap(LocalHost.INSTANCE);
        map.open(LastScan.of(LocalHost.INSTANCE, dirty));
        map.push(new PushOrder(dirty, List.of(), new Stripes(1, new int[] {64})));
        return map;
    }
}
