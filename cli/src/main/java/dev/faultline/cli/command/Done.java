package dev.faultline.cli.command;

import dev.faultline.cli.attach.Attached;
import dev.faultline.cli.json.Events;
import dev.faultline.cli.json.Json;
import dev.faultline.cli.json.RecordJson;
import dev.faultline.cli.process.OperatorException;
import dev.faultline.migration.AuditReport;
import dev.faultline.migration.LostPagesReport;
import dev.faultline.migration.destination.DestinationReport;
import dev.faultline.migration.source.SourceReport;
import java.net.InetSocketAddress;
import tools.jackson.databind.node.ObjectNode;

/** Tells what an engine does, and has done: to people, or to machines. */
final class Done {
    private final boolean json;

    Done(boolean json) {
        this.json = json;
    }

    void attached(Attached attached) {
        if (!json) {
            attached.notes().forEach(System.out::println);
        } else if (!attached.notes().isEmpty()) {
            ObjectNode event = Json.object();
            attached.notes().forEach(event.putArray("notes")::add);
            new Events(System.out).write(Events.ATTACHED, event);
        }
    }

    void standby() {
        if (json) {
            new Events(System.out).write(Events.STANDBY, Json.object());
        } else {
            System.out.println("Ready: the move begins when it is told to resume.");
        }
    }

    void listening(InetSocketAddress address, int port) {
        String host = address.getHostString();
        if (json) {
            new Events(System.out)
                    .write(Events.LISTENING, Json.object().put("host", host).put("port", port));
        } else {
            System.out.println("Waiting for a guest on " + (host.contains(":") ? "[" + host + "]" : host) + ":" + port);
        }
    }

    /**
     * The guest has left: its process here ends, unless it is to be kept, or is the one that has the right content.
     *
     * @throws OperatorException if the audit found pages that are wrong on the other side
     */
    void leave(Attached attached, SourceReport report, boolean keep) throws OperatorException {
        boolean keeps = keep || !report.audit().isGood();
        if (!keeps) {
            attached.quit();
        }
        source(report, keeps);
        requireGood(
                report.audit(),
                ". The guest runs on the destination with them; its process here keeps its memory, and never resumes");
    }

    private void source(SourceReport report, boolean kept) {
        if (json) {
            new Events(System.out).write(Events.DONE, RecordJson.write(report));
        } else {
            System.out.print(ReportText.source(report));
            System.out.println("The guest has left" + (kept ? "; its process here keeps its memory." : "."));
        }
    }

    /**
     * The guest has arrived.
     *
     * @throws OperatorException if the audit found pages that are wrong here
     */
    void arrive(DestinationReport report, boolean paused) throws OperatorException {
        destination(report, paused);
        requireGood(report.audit(), ". The guest is here with them; its process at the source has what they should be");
    }

    private void destination(DestinationReport report, boolean paused) {
        if (json) {
            new Events(System.out).write(Events.DONE, RecordJson.write(report));
        } else {
            System.out.print(ReportText.destination(report));
            System.out.println(paused ? "The guest is here, and paused." : "The guest runs here.");
        }
    }

    /** What an audit found wrong is an error, although the guest has moved. */
    private static void requireGood(AuditReport audit, String consequence) throws OperatorException {
        if (!audit.isGood()) {
            throw new OperatorException(audit.problem() + consequence);
        }
    }

    /** The source is given up, and what only it had. */
    void lost(LostPagesReport report) {
        if (json) {
            new Events(System.out).write(Events.LOST, RecordJson.write(report));
        }
    }

    void words(String outcome) {
        if (json) {
            new Events(System.out).write(Events.DONE, Json.object().put("outcome", outcome));
        } else {
            System.out.println(outcome);
        }
    }
}
