package dev.faultline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.qemu.lab.Accelerator;
import dev.faultline.qemu.lab.QemuVm;
import dev.faultline.qemu.lab.VmSpec;
import dev.faultline.qemu.lab.guest.GuestLoad;
import dev.faultline.qemu.lab.host.LabHost;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What would happen, and what would be refused. */
class QemuDryRunIT {
    private static final VmSpec SPEC = VmSpec.of("dry", Accelerator.TCG, GuestLoad.of(GuestLoad.IDLE));

    @BeforeAll
    static void requireTools() {
        LabHost.requireQemu();
    }

    private static Faultline dryRun(String command, QemuVm vm, String... more) {
        return Faultline.runIn(
                List.of(),
                Stream.concat(Stream.of(command, "--qmp", vm.engineSocket().toString(), "--dry-run"), Stream.of(more))
                        .toList());
    }

    @Test
    void aQemuThatCanBeMovedIsLeftAsItIs() {
        try (QemuVm vm = QemuVm.start(SPEC)) {
            String capabilities =
                    vm.watch().execute("query-migrate-capabilities").toString();
            Faultline run = dryRun("migrate", vm, "--to", "127.0.0.1:1");
            assertThat(run.exitCode()).as(run.toString()).isZero();
            assertThat(run.out()).contains("It could be moved to 127.0.0.1.");
            assertThat(vm.watch().execute("query-migrate-capabilities").toString())
                    .isEqualTo(capabilities);
            assertThat(vm.status()).isEqualTo("running");
        }
    }

    @Test
    void whatIsRefusedIsSaidWithItsRemedy() {
        try (QemuVm vm = QemuVm.start(SPEC.withExtraArguments(List.of("-device", "virtio-balloon-pci")))) {
            Faultline run = dryRun("migrate", vm, "--to", "127.0.0.1:1");
            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.out()).contains("refused", "balloon", "->");
            assertThat(run.err()).startsWith("This guest would be refused").hasLineCount(1);

            // And so it is.
            Faultline migrate =
                    Faultline.run("migrate", "--qmp", vm.engineSocket().toString(), "--to", "127.0.0.1:1");
            assertThat(migrate.exitCode()).isEqualTo(1);
            assertThat(migrate.err()).contains("balloon").hasLineCount(1);
            assertThat(vm.status()).isEqualTo("running");
        }
    }

    @Test
    void aQemuThatRunsTakesNoGuestIn() {
        try (QemuVm vm = QemuVm.start(SPEC)) {
            Faultline run = dryRun("receive", vm);
            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.out()).contains("-incoming defer");
        }
    }
}
