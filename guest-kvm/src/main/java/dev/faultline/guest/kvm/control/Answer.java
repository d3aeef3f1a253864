package dev.faultline.guest.kvm.control;

import dev.faultline.uffd.os.Fd;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a command that succeeded returns.
 *
 * @param value the {@code return} member
 * @param fds descriptors that go along; they stay the guest's
 * @param afterwards what is done once it has been sent
 */
record Answer(ObjectNode value, List<Fd> fds, Runnable afterwards) {
    static Answer empty() {
        return of(Json.object());
    }

    static Answer of(ObjectNode value) {
        return new Answer(value, List.of(), () -> {});
    }
}
