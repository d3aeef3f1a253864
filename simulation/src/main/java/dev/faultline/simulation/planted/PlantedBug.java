package dev.faultline.simulation.planted;

import dev.faultline.migration.TestSwitch;
import dev.faultline.migration.guest.Guest;
import dev.faultline.migration.host.Host;
import dev.faultline.simulation.world.Side;
import java.util.function.UnaryOperator;

/** Bugs that the simulation must find. Each breaks one of the rules that a migration stands on. */
public enum PlantedBug {
    /** Invariant 1. */
    WRITE_AFTER_MAP("one writer", "the destination writes pages that the guest has mapped", TestSwitch.WRITE_AFTER_MAP),
    /** Invariant 2. */
    MAP_NEIGHBOURS(
            "CONTINUE only what is current",
            "the destination maps one page more than it knows to be current",
            Side.DESTINATION,
            guest -> BrokenUffds.with(guest, uffd -> BrokenUffds.mappingMore(uffd, pageBytes(guest)))),
    /** Invariant 3. */
    WAKE_NOBODY(
            "every fault is answered",
            "the destination maps pages without a wake",
            Side.DESTINATION,
            guest -> BrokenUffds.with(guest, BrokenUffds::wakingNobody)),
    /** Invariant 3. */
    LOSE_FAULTS(
            "every fault is answered",
            "the destination forgets every third batch of faults that it has read",
            Side.DESTINATION,
            guest -> BrokenUffds.with(guest, BrokenUffds::losingFaults)),
    /** Invariant 4. */
    REGISTER_MINOR_ONLY(
            "register MISSING and MINOR",
            "the destination registers MINOR alone",
            Side.DESTINATION,
            guest -> BrokenUffds.with(guest, BrokenUffds::registeringMinorOnly)),
    /** Invariant 5. */
    FORGET_EARLY(
            "the source forgets nothing",
            "the source empties its memory when the destination has started",
            Side.SOURCE,
            BrokenGuests::forgetting),
    /** Invariant 6. */
    RUN_AGAIN(
            "one owner",
            "the source lets its guest run whenever an engine ends",
            Side.SOURCE,
            BrokenGuests::runningAgain),
    /** Invariant 7. */
    SKIP_FINAL_SCAN("no write is missed", "the source does not scan after the pause", TestSwitch.SKIP_FINAL_SCAN),
    /** Invariant 7. */
    OVERLOOK_WRITES(
            "no write is missed", "the scan misses the last page of each run", Side.SOURCE, BrokenGuests::overlooking),
    /** The barrier of invariant 7. */
    DROP_BARRIER("hand-over barrier", "frames in flight at the pause count as clean", TestSwitch.DROP_BARRIER),
    /** Invariant 8. */
    LET_GO(
            "leave in order",
            "the destination unregisters memory when it gives up, and pages are missing",
            Side.DESTINATION,
            BrokenGuests::lettingGo),
    /** Invariant 10. */
    TRUST_THE_PEER(
            "bounded trust", "the destination does not check the page numbers of frames", TestSwitch.TRUST_THE_PEER),
    /** Frames of one page on several connections. */
    ALTERNATE_CONNECTIONS(
            "a page sticks to one connection",
            "the source sends each round's frames of a page on another connection, and some are slow",
            new Plant() {
                @Override
                public Host host(Side side, Host host) {
                    return side == Side.DESTINATION ? new UnevenConnections(host) : host;
                }

                @Override
                public TestSwitch testSwitch() {
                    return TestSwitch.ALTERNATE_CONNECTIONS;
                }
            }),
    /** A torn frame. */
    KEEP_TORN_FRAMES(
            "a torn frame is no content",
            "the destination takes a torn frame for a whole one",
            TestSwitch.KEEP_TORN_FRAMES),
    /** A delta. */
    DELTA_ON_WRONG_BASE(
            "a delta names its base",
            "deltas are sent over what was not acknowledged, and applied to anything",
            TestSwitch.DELTA_ON_WRONG_BASE),
    /** An answer that never comes. */
    LOSE_ANSWERS("every fault is answered", "the source forgets every third answer to a fault", new Plant() {
        @Override
        public Host host(Side side, Host host) {
            return side == Side.SOURCE ? new LosingAnswers(host) : host;
        }
    });

    private final String rule;
    private final String text;

    @SuppressWarnings("ImmutableEnumChecker") // plants have no state of their own
    private final Plant plant;

    PlantedBug(String rule, String text, Plant plant) {
        this.rule = rule;
        this.text = text;
        this.plant = plant;
    }

    PlantedBug(String rule, String text, TestSwitch testSwitch) {
        this(rule, text, new Plant() {
            @Override
            public TestSwitch testSwitch() {
                return testSwitch;
            }
        });
    }

    PlantedBug(String rule, String text, Side brokenSide, UnaryOperator<Guest> broken) {
        this(rule, text, new Plant() {
            @Override
            public Guest guest(Side side, Guest guest) {
                return side == brokenSide ? broken.apply(guest) : guest;
            }
        });
    }

    private static long pageBytes(Guest guest) {
        return guest.regions().getFirst().file().pageSize().bytes();
    }

    /** {@return which rule it breaks} */
    public String rule() {
        return rule;
    }

    /** {@return what it does, in words} */
    public String text() {
        return text;
    }

    /** {@return how the engines are broken} */
    public Plant plant() {
        return plant;
    }
}
