package dev.faultline.guest.kvm;

import dev.faultline.guest.kvm.machine.Machine;
import dev.faultline.guest.kvm.machine.MachineProbe;
import dev.faultline.guest.kvm.machine.MachineType;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.uffd.os.LinuxException;
import java.util.function.Function;

/** Makes the machine that was chosen, or that this host can run. */
final class MachineMaker {
    /**
     * A machine and the reason for its kind.
     *
     * @param machine the machine
     * @param why one clause
     */
    record Made(Machine machine, String why) {}

    private MachineMaker() {}

    /**
     * Makes it, after a probe of its type: that is its rehearsal as well, so that the first pause of this process's guest
     * does not wait for classes to be loaded.
     *
     * @param choice what it is to be
     * @param probe finds out whether a type is usable
     * @param maker makes a machine of a given type, or throws what {@link MachineType#boot} throws
     * @throws GuestException if the host or the settings do not allow it
     */
    static Made make(
            MachineChoice choice,
            Function<MachineType, MachineProbe.Result> probe,
            Function<MachineType, Machine> maker) {
        MachineType wanted = choice == MachineChoice.NATIVE ? MachineType.NATIVE : MachineType.KVM;
        MachineProbe.Result found = probe.apply(wanted);
        if (found.usable()) {
            return make(wanted, choice == MachineChoice.AUTO ? "KVM is usable" : "it was asked for", maker);
        }
        if (choice != MachineChoice.AUTO) {
            throw new GuestException("The machine cannot be made: " + found.reason());
        }
        MachineProbe.Result rehearsal = probe.apply(MachineType.NATIVE);
        if (!rehearsal.usable()) {
            throw new GuestException("The machine cannot be made: " + rehearsal.reason());
        }
        return make(MachineType.NATIVE, found.reason(), maker);
    }

    private static Made make(MachineType type, String why, Function<MachineType, Machine> maker) {
        try {
            return new Made(maker.apply(type), why);
        } catch (LinuxException | UnsupportedOperationException e) {
            throw new GuestException("The machine cannot be made: " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new GuestException("This guest is impossible: " + e.getMessage(), e);
        }
    }
}
