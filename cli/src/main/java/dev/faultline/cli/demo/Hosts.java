package dev.faultline.cli.demo;

import dev.faultline.cli.process.OperatorException;
import dev.faultline.guest.kvm.control.GuestReport;
import dev.faultline.migration.MigrationProgress;
import dev.faultline.migration.destination.DestinationReport;
import dev.faultline.migration.source.SourceReport;
import java.util.Optional;

/** Both hosts of a demo: processes of this machine, or the model in this process. Used by one thread. */
interface Hosts extends AutoCloseable {
    /** Returns when the guest runs on the source and another waits on the destination. */
    void start() throws OperatorException;

    /** {@return the guest on the source; throws if its host has failed} */
    GuestReport source() throws OperatorException;

    /** {@return the guest on the destination} */
    GuestReport destination() throws OperatorException;

    /** Has the destination wait for the guest. */
    void receive() throws OperatorException;

    /** Has the source send it. */
    void migrate() throws OperatorException;

    /** {@return whether both engines have ended well; throws if one has failed} */
    boolean haveMigrated() throws OperatorException;

    /** {@return how far the source is} */
    Optional<MigrationProgress> sourceProgress();

    /** {@return how far the destination is} */
    Optional<MigrationProgress> destinationProgress();

    /** {@return what the source's engine did, after the migration} */
    SourceReport migrated() throws OperatorException;

    /** {@return what the destination's engine did, after the migration} */
    DestinationReport received() throws OperatorException;

    /** Compares the memory of both sides, where the guest does not run, and then lets it run. */
    Comparison compare() throws OperatorException;

    /** Ends both hosts in order. */
    void end() throws OperatorException;

    /** Ends both hosts whatever they do. */
    @Override
    void close();
}
