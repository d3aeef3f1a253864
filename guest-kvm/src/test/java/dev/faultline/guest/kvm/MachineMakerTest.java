package dev.faultline.guest.kvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.faultline.guest.kvm.MachineMaker.Made;
import dev.faultline.guest.kvm.machine.Machine;
import dev.faultline.guest.kvm.machine.MachineProbe;
import dev.faultline.guest.kvm.machine.MachineType;
import dev.faultline.guest.kvm.workload.Workload;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.uffd.memory.GuestMapping;
import dev.faultline.uffd.memory.Memfd;
import dev.faultline.uffd.memory.PageSize;
import dev.faultline.uffd.os.LinuxException;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class MachineMakerTest {
    private static final MachineProbe.Result USABLE = new MachineProbe.Result(true, "");
    private static final MachineProbe.Result UNUSABLE = new MachineProbe.Result(false, "it is not there");

    private static MachineProbe.Result nativeOnly(MachineType type) {
        return type == MachineType.NATIVE ? USABLE : UNUSABLE;
    }

    /** Makes a native machine whatever is asked for, and tells what was asked for. */
    private static MachineType asked(
            MachineChoice choice, Function<MachineType, MachineProbe.Result> probe, String why) {
        MachineType[] asked = new MachineType[1];
        try (Memfd file = Memfd.create("maker-test", 8 << 20, PageSize.SIZE_4K);
                GuestMapping mapping = file.mapGuest()) {
            Made made = MachineMaker.make(choice, probe, type -> {
                asked[0] = type;
                return MachineType.NATIVE.boot(Workload.of(1, 4096), file, mapping);
            });
            made.machine().close();
            assertThat(made.why()).isEqualTo(why);
        }
        return asked[0];
    }

    private static void assertImpossible(
            MachineChoice choice,
            Function<MachineType, MachineProbe.Result> probe,
            Function<MachineType, Machine> maker,
            String message) {
        assertThatExceptionOfType(GuestException.class)
                .isThrownBy(() -> MachineMaker.make(choice, probe, maker))
                .withMessage(message);
    }

    @Test
    void takesKvmWhereItIsUsable() {
        assertThat(asked(MachineChoice.AUTO, _ -> USABLE, "KVM is usable")).isEqualTo(MachineType.KVM);
        assertThat(asked(MachineChoice.AUTO, MachineMakerTest::nativeOnly, "it is not there"))
                .isEqualTo(MachineType.NATIVE);
    }

    @Test
    void takesWhatIsAskedForOrNothing() {
        assertThat(asked(MachineChoice.KVM, _ -> USABLE, "it was asked for")).isEqualTo(MachineType.KVM);
        assertThat(asked(MachineChoice.NATIVE, MachineMakerTest::nativeOnly, "it was asked for"))
                .isEqualTo(MachineType.NATIVE);
        String reason = "The machine cannot be made: it is not there";
        assertImpossible(MachineChoice.KVM, MachineMakerTest::nativeOnly, MachineMakerTest::unreachable, reason);
        assertImpossible(MachineChoice.AUTO, _ -> UNUSABLE, MachineMakerTest::unreachable, reason);
    }

    private static Machine unreachable(MachineType type) {
        throw new AssertionError(type);
    }

    @Test
    void saysWhyAMachineCouldNotBeMade() {
        assertImpossible(
                MachineChoice.KVM,
                _ -> USABLE,
                _ -> {
                    throw new LinuxException("ioctl(KVM_CREATE_VM)", 12, "");
                },
                "The machine cannot be made: ioctl(KVM_CREATE_VM) failed: ENOMEM (out of memory)");
        assertImpossible(
                MachineChoice.NATIVE,
                _ -> USABLE,
                _ -> {
                    throw new IllegalArgumentException("guest memory of 2 MiB is too small");
                },
                "This guest is impossible: guest memory of 2 MiB is too small");
    }
}
