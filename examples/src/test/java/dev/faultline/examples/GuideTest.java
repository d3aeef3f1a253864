package dev.faultline.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The guide shows the examples as they are compiled and run, and links to files that exist. */
class GuideTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Path GUIDE = ROOT.resolve("docs/userfaultfd.md");
    private static final Pattern LINK = Pattern.compile("]\\(([^)#]+)(#[^)]*)?\\)");

    @ParameterizedTest
    @ValueSource(strings = {"MinorFaults", "FaultHandler"})
    void theGuideShowsTheCodeThatRuns(String name) throws IOException {
        List<String> lines =
                Files.readAllLines(ROOT.resolve("examples/src/main/java/dev/faultline/examples/" + name + ".java"));
        int imports = lines.lastIndexOf(lines.stream()
                .filter(line -> line.startsWith("import "))
                .reduce((_, last) -> last)
                .orElseThrow());
        String code =
                String.join("\n", lines.subList(imports + 1, lines.size())).strip();
        assertThat(Files.readString(GUIDE)).contains("```java\n" + code + "\n```");
    }

    @Test
    void everyLinkOfTheDocumentsLeadsSomewhere() throws IOException {
        try (Stream<Path> documents = Files.walk(ROOT.resolve("docs"))) {
            for (Path document :
                    documents.filter(path -> path.toString().endsWith(".md")).toList()) {
                Matcher links = LINK.matcher(Files.readString(document));
                while (links.find()) {
                    if (!links.group(1).contains("://")) {
                        assertThat(document.resolveSibling(links.group(1)).normalize())
                                .as("link in %s", document)
                                .exists();
                    }
                }
            }
        }
    }
}
