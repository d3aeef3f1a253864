package dev.faultline.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.uffd.Uffd;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The model needs no Linux: it runs in a JVM in which every native call would fail. */
@Timeout(60)
class AloneTest {
    @Test
    void itRunsWhereNativeCallsAreForbidden() throws IOException, InterruptedException {
        String classPath = rootOf(AloneMain.class) + ":" + rootOf(ModelKernel.class) + ":" + rootOf(Uffd.class);
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--illegal-native-access=deny",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        classPath,
                        AloneMain.class.getName())
                .inheritIO()
                .start();
        try {
            assertThat(process.waitFor(50, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(42);
        } finally {
            process.destroyForcibly();
        }
    }

    /** Where a class really is, a folder or a jar: the code source of a patched module does not tell. */
    private static Path rootOf(Class<?> type) {
        String name = "/" + type.getName().replace('.', '/') + ".class";
        String address = String.valueOf(type.getResource(name)).replaceFirst("^jar:", "");
        int end = address.length() - name.length() - (address.contains("!") ? 1 : 0);
        return Path.of(URI.create(address.substring(0, end)));
    }
}
