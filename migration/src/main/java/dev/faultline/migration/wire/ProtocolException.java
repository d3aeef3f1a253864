package dev.faultline.migration.wire;

import java.io.IOException;

/** The peer sent what the protocol does not allow. The session fails; nothing outside the agreed regions was touched. */
public final class ProtocolException extends IOException {
    private static final long serialVersionUID = 1L;

    public ProtocolException(String message) {
        super(message);
    }
}
