package dev.faultline.testing.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * The inputs that are kept for a target, valid ones and those that it once failed on: files of its directory. What is no
 * plain text is in a file of hexadecimal digits, {@code *.hex}, where blanks mean nothing and {@code #} begins a remark.
 */
final class Corpus {
    private static final String HEX = ".hex";
    private static final String TEXT = ".txt";
    private static final int LINE_BYTES = 32;

    private final Path directory;

    Corpus(Path directory) {
        this.directory = directory;
    }

    /** {@return the inputs, in the order of their names} */
    List<byte[]> read() {
        try (Stream<Path> files = Files.list(directory)) {
            List<byte[]> inputs = new ArrayList<>();
            for (Path file : files.sorted().toList()) {
                inputs.add(file.toString().endsWith(HEX) ? parse(Files.readString(file)) : Files.readAllBytes(file));
            }
            return inputs;
        } catch (IOException e) {
            throw new UncheckedIOException("a fuzz target needs a corpus in " + directory, e);
        }
    }

    private static byte[] parse(String text) {
        return HexFormat.of()
                .parseHex(text.lines()
                        .map(line -> line.replaceFirst("#.*", "").replaceAll("\\s", ""))
                        .collect(Collectors.joining()));
    }

    /** Keeps one more input. {@return its file} */
    Path add(byte[] input) {
        CRC32C name = new CRC32C();
        name.update(input);
        boolean text = isText(input);
        Path file =
                directory.resolve("failed-" + HexFormat.of().toHexDigits((int) name.getValue()) + (text ? TEXT : HEX));
        try {
            Files.createDirectories(directory);
            return text ? Files.write(file, input) : Files.writeString(file, print(input));
        } catch (IOException e) {
            throw new UncheckedIOException("a failing input cannot be kept", e);
        }
    }

    private static boolean isText(byte[] input) {
        for (byte b : input) {
            if (b != '\n' && (b < ' ' || b > '~')) {
                return false;
            }
        }
        return true;
    }

    private static String print(byte[] input) {
        StringBuilder text = new StringBuilder();
        for (int at = 0; at < input.length; at += LINE_BYTES) {
            int end = Math.min(input.length, at + LINE_BYTES);
            text.append(HexFormat.of().formatHex(input, at, end)).append('\n');
        }
        return text.toString();
    }
}
