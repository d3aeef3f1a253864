package dev.faultline.guest.qemu.check;

import dev.faultline.guest.qemu.inspection.Finding;
import dev.faultline.guest.qemu.machine.RunStates;
import dev.faultline.migration.guest.GuestException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** What the machine does, and whether a migration of it is under way. */
final class StateCheck {
    private static final String WHAT = "state";
    /** MigrationStatus, qapi/migration.json, QEMU 7.2: those with which none is under way. */
    private static final Set<String> OVER = Set.of("none", "completed", "failed", "cancelled");

    private StateCheck() {}

    static List<Finding> look(Subject subject) {
        List<Finding> findings = new ArrayList<>();
        String runState = subject.monitor().runState();
        findings.add(subject.isSource() ? source(subject, runState) : destination(runState));
        JsonNode migration = subject.monitor().migration();
        findings.add(migration(subject, migration));
        for (JsonNode reason : migration.path("blocked-reasons")) {
            findings.add(Finding.refused("devices", "QEMU itself refuses: " + reason.asString(""), ""));
        }
        return findings;
    }

    private static Finding source(Subject subject, String runState) {
        if (runState.equals(RunStates.MIGRATED)) {
            return Finding.refused(
                    WHAT,
                    "it was moved away, or a migration of it was broken off while it was paused (postmigrate)",
                    "only if it runs nowhere else, let it run again with 'cont'");
        }
        if (runState.equals(RunStates.INCOMING)) {
            return Finding.refused(WHAT, "it waits for a migration itself (inmigrate)", "name the QEMU that runs");
        }
        if (runState.equals("finish-migrate")) {
            return Finding.refused(
                    WHAT,
                    "a migration has stopped it and not ended (finish-migrate)",
                    "if whoever made it has gone, 'migrate_cancel' lets QEMU " + subject.version() + " go on");
        }
        try {
            return Finding.ok(WHAT, RunStates.guestState(runState) + " (" + runState + ")");
        } catch (GuestException e) {
            return Finding.refused(WHAT, String.valueOf(e.getMessage()), "");
        }
    }

    private static Finding destination(String runState) {
        return runState.equals(RunStates.INCOMING)
                ? Finding.ok(WHAT, "it waits for a migration (inmigrate)")
                : Finding.refused(
                        WHAT,
                        "it does not wait for a migration (" + runState + ")",
                        "start the destination's QEMU with '-incoming defer'");
    }

    static Finding migration(Subject subject, JsonNode migration) {
        String what = "migration";
        if (!subject.isSource() && migration.has("socket-address")) {
            return Finding.refused(
                    what,
                    "it listens for a migration already: " + migration.path("socket-address"),
                    "start it with '-incoming defer', which leaves that to Faultline");
        }
        String status = migration.path("status").asString("none");
        return OVER.contains(status)
                ? Finding.ok(what, "none is under way")
                : Finding.refused(what, "one is under way (" + status + ")", "wait for its end, or 'migrate_cancel'");
    }
}
