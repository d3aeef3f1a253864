package dev.faultline.simulation.scenario;

/** What can be made to go wrong. */
public enum FaultKind {
    /** The source's engine is killed. */
    KILL_SOURCE_ENGINE("source engine killed"),
    /** The destination's engine is killed. */
    KILL_DESTINATION_ENGINE("destination engine killed"),
    /** Both engines are killed. */
    KILL_BOTH_ENGINES("both engines killed"),
    /** All connections break. */
    CUT_ALL("all connections cut"),
    /** One connection breaks. */
    CUT_ONE("one connection cut"),
    /** Nothing arrives for a while, both ways. */
    PARTITION("partition"),
    /** Nothing arrives for a while, one way. */
    HALF_PARTITION("partition one way"),
    /** Nothing of one connection arrives for a while. */
    STALL_ONE("one connection stalled"),
    /** Everything is slow for a while. */
    SLOW("slow network"),
    /** New connections are refused for a while, and the present ones cut. */
    REFUSE("connections refused"),
    /** The source's journal cannot be written for a while. */
    FULL_DISK_AT_SOURCE("full disk at the source"),
    /** The destination's journal cannot be written for a while. */
    FULL_DISK_AT_DESTINATION("full disk at the destination"),
    /** A machine refuses a command. */
    COMMAND_REFUSED("command refused"),
    /** A machine carries a command out late. */
    COMMAND_LATE("command carried out late"),
    /** A machine answers late. */
    ANSWER_LATE("command answered late"),
    /** A stranger connects, says nonsense or the session's hello once more, and stays. */
    STRANGER("stranger connects"),
    /** A frame of the source's names pages that there are not. */
    STRANGE_FRAME("frame names pages that there are not"),
    /** Another engine is started for the same guest. */
    SECOND_ENGINE("second engine started"),
    /** The source's machine is killed. */
    KILL_SOURCE_MACHINE("source machine killed"),
    /** The destination's machine is killed. */
    KILL_DESTINATION_MACHINE("destination machine killed");

    private final String text;

    FaultKind(String text) {
        this.text = text;
    }

    /** {@return it in words} */
    public String text() {
        return text;
    }
}
