package dev.faultline.cli.demo;

import dev.faultline.cli.process.OperatorException;
import dev.faultline.cli.text.Numbers;
import dev.faultline.cli.text.StatusLine;
import dev.faultline.guest.kvm.control.GuestReport;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** One demo, from the first host to the verdict. All of it runs on the main thread, which child processes depend on. */
final class Demo {
    private static final long CHECK_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long LOOK_MILLIS = 20;
    private static final long RATE_MILLIS = 300;
    private static final long WRITTEN_PAGE_BYTES = 4096;
    private static final long NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

    private final DemoSettings settings;
    private final Hosts hosts;
    private final DemoProgress progress;
    private final long beganNanos = System.nanoTime();

    Demo(DemoSettings settings, Hosts hosts, StatusLine line) {
        this.settings = settings;
        this.hosts = hosts;
        progress = new DemoProgress(line, settings.guest().pageSize());
    }

    DemoResult run() throws OperatorException {
        progress.say("starting both hosts");
        hosts.start();
        hosts.receive();
        warmUp();
        long writtenBytesPerSecond = writeRate();
        hosts.migrate();
        GuestReport before = hosts.source();
        while (!hosts.haveMigrated()) {
            progress.migration(hosts.sourceProgress(), hosts.destinationProgress());
            sleep(LOOK_MILLIS);
        }
        Optional<Comparison> comparison = settings.compare() ? Optional.of(compare()) : Optional.empty();
        GuestReport after = hosts.source();
        GuestReport arrived = hosts.destination();
        boolean checkedAgain = checkAgain(after);
        DemoResult result = new DemoResult(
                settings,
                before,
                writtenBytesPerSecond,
                after,
                arrived,
                hosts.destination(),
                checkedAgain,
                hosts.migrated(),
                hosts.received(),
                comparison,
                System.nanoTime() - beganNanos);
        progress.say("ending both hosts");
        hosts.end();
        return result;
    }

    /** A guest that has not filled its memory yet would be too easy to move. */
    private void warmUp() throws OperatorException {
        GuestReport first = hosts.source();
        Rounds rounds = new Rounds(first.description(), first.statistics());
        double part = 0;
        while (part < 1) {
            GuestReport now = hosts.source();
            checkHealthy(now);
            part = rounds.part(now.statistics());
            progress.part("the guest fills its memory and checks it", part);
            sleep(LOOK_MILLIS);
        }
    }

    /** Nothing tracks the guest yet, so this is what it writes when it is not hindered. */
    private long writeRate() throws OperatorException {
        long beginNanos = System.nanoTime();
        long begin = hosts.source().statistics().pagesWritten();
        sleep(RATE_MILLIS);
        long pages = hosts.source().statistics().pagesWritten() - begin;
        return (long) ((double) pages * WRITTEN_PAGE_BYTES * NANOS_PER_SECOND / (System.nanoTime() - beginNanos));
    }

    private static void checkHealthy(GuestReport guest) throws OperatorException {
        if (guest.statistics().failure().isPresent()) {
            throw new OperatorException(
                    "The guest does not run: " + guest.statistics().failure().get());
        }
    }

    private Comparison compare() throws OperatorException {
        progress.say("comparing both memories");
        return hosts.compare();
    }

    /** Returns whether the guest went through all of its pages after the migration, or found one wrong meanwhile. */
    private boolean checkAgain(GuestReport since) throws OperatorException {
        Rounds rounds = new Rounds(since.description(), since.statistics());
        long deadline = System.nanoTime() + CHECK_AGAIN_NANOS;
        while (true) {
            GuestReport now = hosts.destination();
            double part = rounds.part(now.statistics());
            if (part >= 1) {
                return true;
            }
            if (System.nanoTime() > deadline || now.statistics().failure().isPresent()) {
                return false;
            }
            progress.part(
                    "the guest checks all of it on the destination, "
                            + Numbers.count(now.statistics().corruptions()) + " wrong",
                    part);
            sleep(LOOK_MILLIS);
        }
    }

    private static void sleep(long millis) throws OperatorException {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OperatorException("Interrupted", e);
        }
    }
}
