package dev.faultline.migration.wire;

import java.util.Optional;

/** What a connection carries. Faults have their own, so that they never queue behind bulk pages. */
public enum Role {
    CONTROL(0),
    PAGES(1),
    FAULTS(2);

    private final int code;

    Role(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    /** {@return the role that a HELLO's flags name, if they name one} */
    public static Optional<Role> of(int code) {
        for (Role role : values()) {
            if (role.code == code) {
                return Optional.of(role);
            }
        }
        return Optional.empty();
    }
}
