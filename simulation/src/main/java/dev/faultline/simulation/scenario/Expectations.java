package dev.faultline.simulation.scenario;

import dev.faultline.simulation.world.World;
import java.util.List;
import java.util.regex.Pattern;

/** What an engine may fail with: whatever a peer, a machine or a network can do to it; but not what its own mistakes do. */
final class Expectations {
    private static final Pattern STRANGE_FRAME =
            Pattern.compile("the (source|destination) (sent|asks for|says that it needs|acknowledges|calls) ");

    private static final List<Pattern> MISTAKES = List.of(
            Pattern.compile("\\b(java\\.(lang|util)|jdk|dev\\.faultline)\\.[a-z.]*[A-Z]\\w*(Exception|Error)"),
            Pattern.compile("which is in no region"),
            Pattern.compile("but the file does not hold it"),
            Pattern.compile("UFFDIO_(CONTINUE|ZEROPAGE) of page .* failed"),
            Pattern.compile("has not come for"),
            Pattern.compile("no whole copy"),
            Pattern.compile("which it has given away"),
            Pattern.compile("without the audit"),
            STRANGE_FRAME,
            Pattern.compile("of unknown type"));

    private Expectations() {}

    /** @param peerMayLie whether an engine may have been sent what no engine sends */
    static void check(World world, String engine, String failure, boolean peerMayLie) {
        for (Pattern mistake : MISTAKES) {
            boolean isExcused = peerMayLie && mistake == STRANGE_FRAME;
            if (!isExcused && mistake.matcher(failure).find()) {
                world.violation(engine + " failed by a mistake: " + failure);
            }
        }
    }
}
