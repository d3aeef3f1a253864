package dev.faultline.guest.kvm.control;

import dev.faultline.migration.guest.GuestState;
import java.util.OptionalLong;

/**
 * A guest as {@code query} shows it.
 *
 * @param version the version of the program that runs it
 * @param processId the process that runs it
 * @param state what it does now
 * @param description what it is
 * @param allocatedBytes how much memory its memory files take
 * @param engineProcessId the engine that is attached, if one is
 * @param statistics what it has done
 */
public record GuestReport(
        String version,
        long processId,
        GuestState state,
        GuestDescription description,
        long allocatedBytes,
        OptionalLong engineProcessId,
        GuestStatistics statistics) {}
