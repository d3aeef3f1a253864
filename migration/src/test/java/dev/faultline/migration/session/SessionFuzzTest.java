package dev.faultline.migration.session;

import dev.faultline.migration.MigrationMode;
import dev.faultline.migration.journal.Phase;
import dev.faultline.migration.wire.Frame;
import dev.faultline.migration.wire.FrameType;
import dev.faultline.testing.fuzz.Fuzz;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Any frames in any order, between whatever else happens to a session: nothing is thrown, and there are no two owners. An
 * input's first byte says which session, each pair of bytes after it one step: what happens, and a detail.
 */
class SessionFuzzTest {
    private static final long TICK_NANOS = 200_000_000L;
    private static final List<Phase> LEFT = List.of(Phase.PREPARED, Phase.RUNNING, Phase.NEVER, Phase.COMPLETE);
    private static final List<MigrationMode> MODES = List.of(MigrationMode.values());
    private static final List<FrameType> TYPES = List.of(FrameType.values());

    @Test
    void aSourceHasItsGuestOrHasGivenItAway() {
        Fuzz.target("source-session").run(input -> {
            int kind = input.length == 0 ? 0 : input[0] & 0xff;
            SourceUnderFire source = (kind & 4) == 0
                    ? new SourceUnderFire(MODES.get(kind % MODES.size()), (kind & 8) != 0, (kind & 16) != 0)
                    : new SourceUnderFire((kind & 1) != 0, (kind & 2) != 0);
            for (int at = 1; at + 1 < input.length; at += 2) {
                int detail = input[at + 1] & 0xff;
                switch (input[at] >> 4 & 0x0f) {
                    case 0, 1 -> source.frame(frame(input[at], detail));
                    case 2 -> source.work(true, detail != 0);
                    case 3 -> source.work(false, detail != 0);
                    case 4 -> source.tick(detail * TICK_NANOS);
                    case 5 -> source.fail("a worker failed");
                    case 6 -> source.order(detail);
                    default -> {}
                }
            }
        });
    }

    @Test
    void aDestinationHasItsGuestOrDoesNotRunIt() {
        Fuzz.target("destination-session").run(input -> {
            int kind = input.length == 0 ? 0 : input[0] & 0xff;
            DestinationUnderFire destination = (kind & 4) == 0
                    ? new DestinationUnderFire()
                    : new DestinationUnderFire(LEFT.get(kind & 3), (kind & 8) != 0, (kind & 16) != 0);
            long nowNanos = 0;
            for (int at = 1; at + 1 < input.length; at += 2) {
                int detail = input[at + 1] & 0xff;
                switch (input[at] >> 4 & 0x0f) {
                    case 0, 1 -> destination.frame(frame(input[at], detail), nowNanos);
                    case 2 -> destination.work(detail);
                    case 3 -> destination.allCurrent();
                    case 4 -> {
                        nowNanos += detail * TICK_NANOS;
                        destination.tick(nowNanos);
                    }
                    case 5 -> destination.fail("a worker failed");
                    case 6 -> destination.disconnect("the connection is cut");
                    default -> {}
                }
            }
        });
    }

    /** The low five bits of a step are a kind of frame; its detail is flags, and what it carries. */
    private static Frame frame(int step, int detail) {
        FrameType type = TYPES.get((step & 0x1f) % TYPES.size());
        byte[] offer = SessionPair.OFFER.encode();
        byte[] payload = detail < 128 ? offer : Arrays.copyOf(offer, detail - 128);
        return new Frame(type, detail & 3, 0, detail, 0, 0, payload);
    }
}
