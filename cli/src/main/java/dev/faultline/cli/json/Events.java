package dev.faultline.cli.json;

import java.io.PrintStream;
import tools.jackson.databind.node.ObjectNode;

/** The lines that a command prints with {@code --json}: each says in {@code event} what happened. */
public final class Events {
    /** The member that says what happened. */
    public static final String EVENT = "event";
    /** A guest's process is ready. */
    public static final String READY = "ready";
    /** An engine has attached to a guest of which there is something to say. */
    public static final String ATTACHED = "attached";
    /** A destination listens. */
    public static final String LISTENING = "listening";
    /** How far a migration is. */
    public static final String PROGRESS = "progress";
    /** A source has decided something. */
    public static final String DECISION = "decision";
    /** A move can be looked after. */
    public static final String CONTROL = "control";
    /** An engine is ready, and waits for the order to begin. */
    public static final String STANDBY = "standby";
    /** A guest has lost pages with its source. */
    public static final String LOST = "lost";
    /** A migration came to its end. */
    public static final String DONE = "done";

    private final PrintStream out;

    /**
     * Makes a writer.
     *
     * @param out where to
     */
    public Events(PrintStream out) {
        this.out = out;
    }

    /**
     * Writes a line.
     *
     * @param name what happened
     * @param details the other members
     */
    public void write(String name, ObjectNode details) {
        ObjectNode event = Json.object().put(EVENT, name);
        event.setAll(details);
        synchronized (out) {
            out.println(Json.line(event));
            out.flush();
        }
    }
}
