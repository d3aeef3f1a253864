package dev.faultline.migration.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.faultline.migration.AuditReport;
import dev.faultline.migration.engine.TestGuest;
import dev.faultline.migration.host.LocalHost;
import dev.faultline.migration.page.PageHash;
import dev.faultline.migration.page.PageHashes;
import dev.faultline.migration.wire.Frame;
import dev.faultline.migration.wire.FrameType;
import dev.faultline.uffd.memory.PageSize;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Crafted manifests of a guest whose memory is one hole. */
class AuditorTest {
    private static final int PAGES = 100;

    private final TestGuest guest = new TestGuest(PAGES * 4096L, PageSize.SIZE_4K, 1, 0, false);
    private final SourceMemory memory = new SourceMemory(guest);
    private final Auditor auditor = new Auditor(LocalHost.INSTANCE, memory.newReaders());

    @AfterEach
    void close() {
        memory.close();
        guest.close();
    }

    private static Frame part(int region, long page, long count, int payloadBytes) {
        return new Frame(FrameType.MANIFEST, 0, region, count, page, 0, new byte[payloadBytes]);
    }

    private static Frame zeros(int page, int count) {
        byte[] payload = new byte[count * PageHashes.ENTRY_BYTES];
        for (int i = 0; i < count * Long.BYTES; i++) {
            payload[i] = (byte) (PageHash.ofZeros(4096) >>> (i % Long.BYTES * Byte.SIZE));
        }
        return new Frame(FrameType.MANIFEST, 0, 0, count, page, 0, payload);
    }

    @Test
    void pagesAreComparedPartByPart() throws Exception {
        auditor.take(zeros(0, 60));
        auditor.take(part(0, 60, 40, 40 * PageHashes.ENTRY_BYTES));
        List<AuditReport> told = new ArrayList<>();
        auditor.run((_, soFar, last) -> {
            assertThat(last).isEqualTo(!told.isEmpty());
            told.add(soFar);
        });
        assertThat(told).hasSize(2);
        assertThat(told.getFirst().pages()).isEqualTo(60);
        assertThat(told.getFirst().isGood()).isTrue();
        AuditReport end = told.getLast();
        assertThat(end.pages()).isEqualTo(PAGES);
        assertThat(end.mismatches()).isEqualTo(40);
        assertThat(end.words())
                .startsWith("ram page 60 at 0x3c000 (sent in a way that nobody noted); ram page 61 ")
                .contains("; ram page 79 at 0x4f000 (")
                .endsWith("; and 20 more");
        assertThat(end.hashBytes()).isEqualTo(PAGES * PageHashes.ENTRY_BYTES);
        assertThat(guest.file().allocatedBytes()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "1, 0, 1, 9",
        "0, 1, 1, 9",
        "0, -1, 1, 9",
        "0, 0, 0, 0",
        "0, 0, 101, 909",
        "0, 0, 2, 9",
        "0, 0, 4294967295, 9"
    })
    void aPartThatIsNotTheNextOneIsRefused(int region, long page, long count, int payloadBytes) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> auditor.take(part(region, page, count, payloadBytes)))
                .withMessage("the destination sent hashes of pages " + page + " + " + count + " of region " + region
                        + ", for which it is not the time");
    }

    @Test
    void moreThanMayBeOnTheirWayAreRefused() {
        for (int page = 0; page < Frame.MANIFEST_WINDOW; page++) {
            auditor.take(zeros(page, 1));
        }
        Frame next = zeros(Frame.MANIFEST_WINDOW, 1);
        assertThatIllegalArgumentException().isThrownBy(() -> auditor.take(next));
        auditor.compared(zeros(0, 1));
        auditor.take(next);
    }

    @Test
    void nothingIsTakenIfThereIsToBeNoAudit() {
        Auditor none = new Auditor(LocalHost.INSTANCE, List.of());
        assertThatIllegalArgumentException().isThrownBy(() -> none.take(zeros(0, 1)));
    }
}
