package dev.faultline.cli.option;

import java.net.InetSocketAddress;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code HOST:PORT}; an IPv6 address stands in brackets. A name that cannot be resolved stays unresolved. */
public final class AddressConverter implements ITypeConverter<InetSocketAddress> {
    private static final int MAX_PORT = 65535;

    /** Makes one. */
    public AddressConverter() {}

    @Override
    public InetSocketAddress convert(String value) {
        int colon = value.lastIndexOf(':');
        String host = colon < 0 ? "" : value.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.contains(":")) {
            host = "";
        }
        if (host.isEmpty()) {
            throw new TypeConversionException("'" + value + "' is no address; write HOST:PORT, such as 127.0.0.1:7070");
        }
        return new InetSocketAddress(host, port(value, value.substring(colon + 1)));
    }

    private static int port(String value, String digits) {
        try {
            int port = Integer.parseInt(digits);
            if (port >= 0 && port <= MAX_PORT) {
                return port;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new TypeConversionException("'" + value + "' has no port; write HOST:PORT with a port of 0 to 65535");
    }
}
