package dev.faultline.guest.kvm;

import dev.faultline.guest.kvm.MachineMaker.Made;
import dev.faultline.guest.kvm.control.ControlServer;
import dev.faultline.guest.kvm.control.ServedGuest;
import dev.faultline.guest.kvm.machine.Machine;
import dev.faultline.guest.kvm.machine.MachineProbe;
import dev.faultline.guest.kvm.machine.MachineType;
import dev.faultline.guest.kvm.workload.Workload;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.uffd.os.Processes;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * The process of one guest, from its memory to its control socket.
 *
 * <p>At its end nothing is taken from under a vCPU or a command that does not stop, because it waits for a page that
 * nobody brings: were the userfaultfd closed or the memory unmapped, the guest would go on with zeros. The end of the
 * process takes all of it at once.
 */
public final class GuestProcess {
    private static final Logger LOG = System.getLogger(GuestProcess.class.getName());
    private static final long COMMANDS_END_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long MACHINE_END_NANOS = TimeUnit.SECONDS.toNanos(3);
    private static final long SIGTERM_GRACE_SECONDS = 10;

    private final GuestConfig config;
    private final Consumer<String> ready;
    private final Resources resources = new Resources();

    private GuestProcess(GuestConfig config, Consumer<String> ready) {
        this.config = config;
        this.ready = ready;
    }

    /**
     * Runs a guest until it is told to quit, by the command or by SIGTERM. To be called on a thread that lives as long as
     * the process: the kernel ties the death with the parent to the thread that asked for it.
     *
     * @param config what is to be run
     * @param ready told one line when the control socket answers and the guest is in its first state
     * @return 0, the exit status of a guest that ended as it was told
     * @throws GuestException if it cannot be run; the message is one sentence for the operator
     */
    public static int run(GuestConfig config, Consumer<String> ready) {
        return new GuestProcess(config, ready).run();
    }

    private int run() {
        dieWithParent();
        ControlServer server = resources.add(ControlServer.listen(config.controlName()));
        Machine machine;
        try {
            machine = start(server);
        } catch (RuntimeException e) {
            resources.close();
            throw e;
        }
        CountDownLatch finished = new CountDownLatch(1);
        Thread onSigterm = quitOnSigterm(server, finished);
        try {
            awaitQuit(server);
            end(server, machine);
        } finally {
            finished.countDown();
            forget(onSigterm);
        }
        return 0;
    }

    private void dieWithParent() {
        config.parentProcessId().ifPresent(parent -> {
            if (!Processes.dieWithParent(parent)) {
                throw new GuestException("The guest is not started: its parent, process " + parent + ", has ended");
            }
        });
    }

    private Machine start(ControlServer server) {
        Workload workload = config.workload();
        GuestMemory memory = GuestMemory.create(config.memoryBytes(), config.pageSize(), resources);
        Made made = MachineMaker.make(config.machine(), MachineProbe::run, type -> machine(type, workload, memory));
        Machine machine = resources.add(made.machine());
        if (!config.incoming() && !config.startPaused()) {
            machine.resume();
        }
        String line = describe(machine, made.why());
        server.serve(new ServedGuest(machine, made.why(), memory.regions(), memory.descriptors()));
        ready.accept(line);
        return machine;
    }

    private Machine machine(MachineType type, Workload workload, GuestMemory memory) {
        return config.incoming()
                ? type.incoming(workload, memory.file(), memory.mapping())
                : type.boot(workload, memory.file(), memory.mapping());
    }

    private String describe(Machine machine, String why) {
        return "guest " + config.controlName() + " " + machine.state() + ": machine " + machine.type() + " (" + why
                + "), "
                + config.vcpus() + " vCPUs, " + (config.memoryBytes() >> 20) + " MiB in pages of "
                + (config.pageSize().bytes() >> 10) + " KiB";
    }

    private static void awaitQuit(ControlServer server) {
        try {
            server.awaitQuit();
        } catch (InterruptedException e) {
            // Whoever interrupts wants it to end; what follows may still wait a little.
        }
    }

    private void end(ControlServer server, Machine machine) {
        if (stopped(server) && closed(machine)) {
            resources.close();
        } else {
            LOG.log(Level.WARNING, "a vCPU or a command does not stop: the end of the process takes it along");
        }
    }

    private static boolean stopped(ControlServer server) {
        try {
            return server.stop(COMMANDS_END_NANOS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** On a thread of its own, since a vCPU may take longer to stop than anybody wants to wait for. */
    private static boolean closed(Machine machine) {
        FutureTask<Boolean> closing = new FutureTask<>(machine::close, true);
        Thread.ofPlatform().daemon().name("faultline-machine-close").start(closing);
        try {
            return closing.get(MACHINE_END_NANOS, TimeUnit.NANOSECONDS);
        } catch (ExecutionException | TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** The JVM runs shutdown hooks on SIGTERM, and lives until they end. */
    private static Thread quitOnSigterm(ControlServer server, CountDownLatch finished) {
        Thread hook = Thread.ofPlatform().name("faultline-sigterm").unstarted(() -> {
            server.requestQuit();
            try {
                boolean _ = finished.await(SIGTERM_GRACE_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        Runtime.getRuntime().addShutdownHook(hook);
        return hook;
    }

    private static void forget(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // It runs.
        }
    }
}
