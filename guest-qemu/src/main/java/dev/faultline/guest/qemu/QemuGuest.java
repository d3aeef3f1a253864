package dev.faultline.guest.qemu;

import dev.faultline.guest.qemu.check.QemuInspection;
import dev.faultline.guest.qemu.inspection.Finding;
import dev.faultline.guest.qemu.inspection.QemuRole;
import dev.faultline.guest.qemu.machine.QemuMonitor;
import dev.faultline.guest.qemu.machine.RamLayout;
import dev.faultline.guest.qemu.process.QemuProcess;
import dev.faultline.guest.qemu.qmp.QmpClient;
import dev.faultline.migration.guest.Guest;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.migration.guest.GuestState;
import dev.faultline.uffd.LinuxUffd;
import dev.faultline.uffd.Pagemap;
import dev.faultline.uffd.os.LinuxException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An unmodified QEMU. Its memory is found by QMP and /proc, its userfaultfd is made in it by ptrace(2), and its device
 * state is a migration of QEMU's own that leaves out the memory. Safe for use by several threads.
 */
public final class QemuGuest implements Guest {
    private final QemuAttachment qemu;
    private final RoleCommands commands;
    private final RunControl control;
    private final AtomicBoolean closed = new AtomicBoolean();

    private QemuGuest(QemuAttachment qemu, RoleCommands commands) {
        this.qemu = qemu;
        this.commands = commands;
        control = new RunControl(qemu.monitor());
    }

    /**
     * Attaches: no other engine can meanwhile. QEMU's main thread stands still for a moment, see {@link #stoppedNanos}. A
     * destination does not start by itself any more from now on, also if it is detached again.
     *
     * @param options how to reach it
     * @param role the part that it is to play
     * @return the guest
     * @throws GuestException if it cannot be reached, or cannot be moved safely; the message has all reasons
     */
    public static QemuGuest attach(QemuOptions options, QemuRole role) {
        return attach(options, role, false);
    }

    /**
     * Attaches to a machine in the middle of a move that another engine left: it is taken as it is, its userfaultfd too.
     *
     * @param options how to reach it
     * @param role the part that it plays
     * @return the guest
     * @throws GuestException if it cannot be reached
     */
    public static QemuGuest reattach(QemuOptions options, QemuRole role) {
        return attach(options, role, true);
    }

    private static QemuGuest attach(QemuOptions options, QemuRole role, boolean resuming) {
        QemuAttachment qemu = QemuAttachment.open(options, role, resuming);
        return new QemuGuest(
                qemu, role == QemuRole.SOURCE ? new SourceCommands(qemu) : new DestinationCommands(qemu, resuming));
    }

    /**
     * {@return what would be found if it were attached to} Nothing of QEMU is changed, and nothing of it stands still.
     *
     * @param options how to reach it
     * @param role the part that it is to play
     * @throws GuestException if it cannot be reached
     */
    public static List<Finding> inspect(QemuOptions options, QemuRole role) {
        try (QmpClient qmp = QmpClient.connect(options.qmp(), options.commandTimeoutNanos());
                QemuProcess process = QemuProcess.behind(qmp, options.processId())) {
            QemuMonitor monitor = new QemuMonitor(qmp);
            RamLayout ram = RamLayout.of(monitor, process.processId());
            return QemuInspection.inspect(monitor, process.processId(), role, ram);
        } catch (LinuxException e) {
            throw new GuestException("This QEMU cannot be looked at: " + e.getMessage(), e);
        }
    }

    /** {@return what was found when it was attached to: notes, no refusals} */
    public List<Finding> findings() {
        return qemu.findings();
    }

    /** {@return for how long QEMU's main thread stood still to open a userfaultfd; 0 if there was one already} */
    public long stoppedNanos() {
        return qemu.uffd().stoppedNanos();
    }

    @Override
    public long processId() {
        return qemu.process().processId();
    }

    @Override
    public String machine() {
        return qemu.machine();
    }

    @Override
    public List<GuestRegion> regions() {
        return qemu.regions();
    }

    @Override
    public LinuxUffd uffd() {
        return qemu.uffd().uffd();
    }

    @Override
    public Pagemap pagemap() {
        return qemu.pagemap();
    }

    @Override
    public GuestState state() {
        return commands.state();
    }

    @Override
    public void checkMayBeEmptied() {
        qemu.checkMayBeEmptied();
    }

    @Override
    public void pause() {
        commands.pause();
    }

    @Override
    public void resume() {
        commands.resume();
    }

    @Override
    public boolean writesPinnedPages() {
        return qemu.writesPinnedPages();
    }

    /** Not by {@link #pause}, which begins what the hand-over ends: 'stop' drains the block devices as well. */
    @Override
    public void whileDrained(Runnable work) {
        boolean ran = control.isRunning();
        if (ran) {
            control.stop();
        }
        try {
            work.run();
        } finally {
            if (ran) {
                control.cont();
            }
        }
    }

    /**
     * Does nothing: a vCPU that waits for a page cannot be stopped, and QEMU's monitor would hang with it. What holds the
     * machine is its userfaultfd, which stays open in QEMU for as long as a page may be missing: each vCPU goes on until
     * it touches such a page.
     */
    @Override
    public void freeze() {
        // See above.
    }

    @Override
    public byte[] saveDeviceState() {
        return commands.saveDeviceState();
    }

    @Override
    public void expectDeviceState() {
        commands.expectDeviceState();
    }

    @Override
    public void loadDeviceState(byte[] state) {
        commands.loadDeviceState(state);
    }

    /** Its monitor may be silent for long, while a vCPU waits for a page. */
    @Override
    public boolean hasEnded() {
        return qemu.process().hasEnded();
    }

    @Override
    public void relinquish() {
        commands.relinquish();
    }

    /**
     * Ends QEMU, and detaches.
     *
     * @throws GuestException if it does not end
     */
    public void quit() {
        qemu.end();
        close();
    }

    /**
     * Detaches. QEMU's settings are as before, and its userfaultfd is closed in it, unless pages of its memory are still
     * registered. A source that was paused and whose device state was not taken runs on.
     */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            try {
                commands.close();
            } catch (GuestException e) {
                System.getLogger(QemuGuest.class.getName())
                        .log(System.Logger.Level.WARNING, "a migration of QEMU's was not broken off", e);
            } finally {
                qemu.close();
            }
        }
    }
}
