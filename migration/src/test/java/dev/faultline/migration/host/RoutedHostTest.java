package dev.faultline.migration.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoutedHostTest {
    private static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    @Test
    void takesTheNextAddressWhereOneTakesNoConnection() throws IOException {
        InetSocketAddress known;
        Host host;
        try (ServerSocketChannel second = ServerSocketChannel.open().bind(ANY_PORT)) {
            try (ServerSocketChannel first = ServerSocketChannel.open().bind(ANY_PORT)) {
                known = (InetSocketAddress) first.getLocalAddress();
                host = new RoutedHost(LocalHost.INSTANCE, List.of(known, (InetSocketAddress) second.getLocalAddress()));
                host.connect(known).close();
                first.configureBlocking(false);
                assertThat(first.accept()).as("the first is tried first").isNotNull();
            }
            host.connect(known).close();
            second.configureBlocking(false);
            assertThat(second.accept()).isNotNull();
        }
        assertThatThrownBy(() -> host.connect(known)).isInstanceOf(IOException.class);
    }

    @Test
    void leavesOtherHostsAlone() throws IOException {
        try (ServerSocketChannel destination = ServerSocketChannel.open().bind(ANY_PORT);
                ServerSocketChannel other = ServerSocketChannel.open().bind(ANY_PORT)) {
            InetSocketAddress known = (InetSocketAddress) destination.getLocalAddress();
            Host host = new RoutedHost(LocalHost.INSTANCE, List.of(known, known));
            host.connect((InetSocketAddress) other.getLocalAddress()).close();
            other.configureBlocking(false);
            assertThat(other.accept()).isNotNull();
        }
    }
}
