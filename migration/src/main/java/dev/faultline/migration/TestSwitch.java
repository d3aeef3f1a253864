package dev.faultline.migration;

/** Ways to break the engine on purpose, so that tests can show that it would be noticed. Never for use. */
public enum TestSwitch {
    /** The engine as it is. */
    NONE,
    /** The destination writes frames also over pages that the guest has mapped, and the source sends pages twice. */
    WRITE_AFTER_MAP,
    /** The source does not look which pages were written between the last round and the pause. */
    SKIP_FINAL_SCAN,
    /** The source trusts that frames in flight at the pause take effect, and a slow destination sees to it that some are. */
    DROP_BARRIER,
    /** The destination takes a frame that broke off for a whole one. */
    KEEP_TORN_FRAMES,
    /** The destination does not look whether it has the pages that the source names. */
    TRUST_THE_PEER,
    /** The source takes what it sent last for what the destination has, and the destination writes a delta over anything. */
    DELTA_ON_WRONG_BASE,
    /** The source sends each round's frames of a page on another connection than those of the round before. */
    ALTERNATE_CONNECTIONS,
    /** The source pushes as much as the network takes: no page is wrong then, but answers to faults wait behind the push. */
    PUSH_UNPACED
}
