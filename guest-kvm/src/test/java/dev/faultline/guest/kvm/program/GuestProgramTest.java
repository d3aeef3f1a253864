package dev.faultline.guest.kvm.program;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.testing.Skipping;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GuestProgramTest {
    @TempDir
    private Path directory = Path.of(".");

    @Test
    void bytesAreWhatTheSourceAssemblesTo() throws Exception {
        Path source = directory.resolve(GuestProgram.SOURCE);
        Path object = directory.resolve("workload.o");
        Path binary = directory.resolve(GuestProgram.BINARY);
        Files.write(source, GuestProgram.resource(GuestProgram.SOURCE));

        run("as", "--64", "-o", object.toString(), source.toString());
        run("objcopy", "-O", "binary", "-j", ".text", object.toString(), binary.toString());

        assertThat(Files.readAllBytes(binary)).isEqualTo(GuestProgram.code());
    }

    @Test
    void fitsIntoItsPage() {
        assertThat((long) GuestProgram.code().length).isLessThanOrEqualTo(SystemArea.GDT - SystemArea.PROGRAM);
    }

    private void run(String... command) throws InterruptedException {
        Path log = directory.resolve("log");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).as(() -> text(log)).isZero();
        } catch (IOException e) {
            Skipping.skip("needs binutils: " + e.getMessage());
        }
    }

    private static String text(Path log) {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
