package dev.faultline.migration.destination;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.migration.host.BytesLink;
import dev.faultline.migration.host.LocalHost;
import dev.faultline.migration.wire.Frame;
import dev.faultline.testing.fuzz.Fuzz;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * Whoever connects to a waiting destination says something, 32 bytes of the input each: nothing is thrown. Version 0x7665
 * in an input stands for the one that is spoken, so that the corpus stays right.
 */
class GreetingFuzzTest {
    private static final int HELLO_BYTES = 32;
    private static final int VERSION_OFFSET = 4;
    private static final int THIS_VERSION = 0x7665;

    @Test
    void whoSaysNoHelloIsSentAway() {
        Fuzz.target("greeting").times(200).run(input -> {
            List<BytesLink> links = new ArrayList<>();
            try (Gathering gathering = new Gathering()) {
                for (int at = 0; at < input.length; at += HELLO_BYTES) {
                    spellOutVersion(input, at);
                    BytesLink link =
                            new BytesLink(Arrays.copyOfRange(input, at, Math.min(input.length, at + HELLO_BYTES)));
                    links.add(link);
                    Optional<Greeting> greeting = Greeting.read(LocalHost.INSTANCE, link);
                    assertThat(link.isClosed()).isEqualTo(greeting.isEmpty());
                    greeting.ifPresent(
                            hello -> assertThat(isHello(input, hello)).isTrue());
                    greeting.flatMap(hello -> gathering.add(hello, 0)).ifPresent(source -> {
                        assertThat(source.connections()).hasSize(3);
                        source.close();
                    });
                    assertThat(links.stream().filter(open -> !open.isClosed()).count())
                            .as("connections that wait for their session's others")
                            .isLessThanOrEqualTo(2 * 16);
                }
            }
            assertThat(links).allMatch(BytesLink::isClosed);
        });
    }

    private static void spellOutVersion(byte[] input, int at) {
        ByteBuffer bytes = ByteBuffer.wrap(input).order(ByteOrder.LITTLE_ENDIAN);
        if (at + HELLO_BYTES <= input.length && bytes.getInt(at + VERSION_OFFSET) == THIS_VERSION) {
            bytes.putInt(at + VERSION_OFFSET, Frame.VERSION);
        }
    }

    /** The magic number is somewhere in what came, as is the session. */
    private static boolean isHello(byte[] input, Greeting hello) {
        return contains(input, Frame.MAGIC) && contains(input, hello.attempt().sessionId());
    }

    private static boolean contains(byte[] input, long number) {
        byte[] wanted = ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(number)
                .array();
        for (int at = 0; at + wanted.length <= input.length; at++) {
            if (Arrays.equals(input, at, at + wanted.length, wanted, 0, wanted.length)) {
                return true;
            }
        }
        return false;
    }
}
