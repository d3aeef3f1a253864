package dev.faultline.uffd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.testing.RequiresUffd;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The rule that no Java-state code touches registered memory, and what happens without it. The region that keeps it for
 * its users is in PagedRegionTest. Each case is a JVM of its own:
 * one that hangs cannot be saved, only killed.
 */
@RequiresUffd
@Timeout(300)
class SafepointTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration HANG = Duration.ofSeconds(5);

    @ParameterizedTest
    @ValueSource(strings = {"-XX:+UseSerialGC", "-XX:+UseG1GC", "-XX:+UseZGC"})
    void touchesInNativeStateAreServedWhileGarbageIsCollected(String collector) {
        try (ChildJvm child = start(collector, "native", "loop", 100)) {
            assertEndsWell(child);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-XX:+UseSerialGC", "-XX:+UseG1GC", "-XX:+UseZGC"})
    void touchesInNativeStateAreServedByAHandlerThatCollectsGarbage(String collector) {
        try (ChildJvm child = start(collector, "native", "handler", 20)) {
            assertEndsWell(child);
        }
    }

    /** Then a garbage collection waits for the fault's answer, and the answer waits for nobody. */
    @ParameterizedTest
    @ValueSource(strings = {"-XX:+UseSerialGC", "-XX:+UseG1GC", "-XX:+UseZGC"})
    void touchesInJavaStateAreServedByAnotherProcessWhileGarbageIsCollected(String collector) {
        List<String> options = List.of(collector, "-Xmx64m");
        try (ChildJvm child = ChildJvm.start(TouchMain.class, options, "segment");
                OutsideHandler _ = new OutsideHandler(child, TouchMain.told(child, LIMIT))) {
            assertThat(child.endsWithin(LIMIT)).as(child::output).isTrue();
            assertThat(child.output()).contains("0 pages wrong");
        }
    }

    /** Should this fail one day because the child ends, the JVM has changed and the rule can be thought over. */
    @Test
    void aTouchInJavaStateHangsWhenItsHandlerNeedsASafepoint() {
        try (ChildJvm child = start("-XX:+UseSerialGC", "segment", "handler", 20)) {
            assertThat(child.writesWithin(LIMIT, "touching")).as(child::output).isTrue();
            assertThat(child.endsWithin(HANG)).as(child::output).isFalse();
            assertThat(child.output()).doesNotContain("pages wrong");
        }
    }

    private static void assertEndsWell(ChildJvm child) {
        assertThat(child.endsWithin(LIMIT)).as(child::output).isTrue();
        assertThat(child.output()).contains("touching").contains("0 pages wrong");
        assertThat(child.exitCode()).isZero();
    }

    private static ChildJvm start(String collector, String touch, String garbage, int pages) {
        List<String> options = List.of(collector, "-Xmx64m");
        return ChildJvm.start(SafepointMain.class, options, touch, garbage, Integer.toString(pages));
    }
}
