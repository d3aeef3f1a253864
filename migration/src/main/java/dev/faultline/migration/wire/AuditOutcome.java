package dev.faultline.migration.wire;

import dev.faultline.migration.AuditReport;
import java.nio.charset.StandardCharsets;

/** What came of an audit, as the last AUDITED frame carries it. */
public final class AuditOutcome {
    private static final int MAX_TEXT_BYTES = 1 << 16;

    private AuditOutcome() {}

    /** {@return the frame} */
    public static Frame encode(AuditReport audit) {
        return new Frame(
                FrameType.AUDITED,
                Frame.FLAG_LAST,
                0,
                audit.mismatches(),
                audit.pages(),
                audit.durationNanos(),
                audit.words().getBytes(StandardCharsets.UTF_8));
    }

    /**
     * {@return what a frame says}
     *
     * @throws ProtocolException if that cannot be
     */
    public static AuditReport decode(Frame frame, long pageCount) throws ProtocolException {
        if (frame.page() != pageCount || frame.count() > pageCount || frame.payload().length > MAX_TEXT_BYTES) {
            throw new ProtocolException("the source says that it audited " + frame.page() + " pages of " + pageCount
                    + ", and that " + frame.count() + " differ");
        }
        return new AuditReport(true, frame.page(), frame.count(), frame.text(), 0, frame.round());
    }
}
