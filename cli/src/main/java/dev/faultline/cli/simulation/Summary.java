package dev.faultline.cli.simulation;

import dev.faultline.cli.text.Numbers;
import dev.faultline.simulation.Tally;
import dev.faultline.simulation.scenario.Ending;
import dev.faultline.simulation.scenario.FaultKind;
import java.util.concurrent.TimeUnit;

/** Says how a campaign goes, and how it went. */
final class Summary {
    private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final long firstSeed;
    private final String commit;
    private final long begin = System.nanoTime();
    private long said = begin;

    Summary(long firstSeed, String commit) {
        this.firstSeed = firstSeed;
        this.commit = commit;
    }

    static String words(Ending ending) {
        return switch (ending) {
            case MOVED -> "moved to the destination";
            case STAYED -> "stayed at the source";
            case LOST -> "lost a machine that it needed";
            case VIOLATED -> "broke a rule";
        };
    }

    synchronized void progress(Tally tally) {
        if (System.nanoTime() - said > EVERY_NANOS) {
            said = System.nanoTime();
            System.out.println(rate(tally));
        }
    }

    private String rate(Tally tally) {
        double minutes = (System.nanoTime() - begin) / 60e9;
        return String.format(
                "%s migrations, %s a minute, %d broke a rule",
                Numbers.count(tally.migrations()),
                Numbers.count((long) (tally.migrations() / minutes)),
                tally.found().size());
    }

    /** {@return how the migrations ended, how often they were resumed, and what went wrong with them} */
    String table(Tally tally) {
        StringBuilder text = new StringBuilder("| ended | migrations |\n| --- | --- |\n");
        for (Ending ending : Ending.values()) {
            text.append(row(words(ending), tally.endings().getOrDefault(ending, 0L)));
        }
        text.append("\n| engines started again | migrations |\n| --- | --- |\n");
        tally.resumes()
                .forEach((times, count) -> text.append(row(times == 4 ? "4 times or more" : times + " times", count)));
        text.append("\n| fault | how often |\n| --- | --- |\n");
        for (FaultKind kind : FaultKind.values()) {
            text.append(row(kind.text(), tally.faults().getOrDefault(kind, 0L)));
        }
        return text + "\n" + rate(tally) + "\n";
    }

    private static String row(String what, long count) {
        return "| " + what + " | " + Numbers.count(count) + " |\n";
    }

    /** {@return the tables, and what was run where} */
    String document(Tally tally) {
        return "# Simulated migrations\n\n" + table(tally)
                + String.format(
                        """

                        Seeds from %d. vCPUs checked %s blocks of 4 KiB; %s hours of simulated time in %d seconds, on %d CPUs%s.
                        A migration may end where it began, or at its destination; what it may never do is run on both sides,
                        or on none, show a vCPU a page that is not its own, leave one waiting, or leave anything registered or
                        written down. `./dev simulate --migrations %d --seed %d` does it again.
                        """,
                        firstSeed,
                        Numbers.count(tally.checks()),
                        Numbers.count(TimeUnit.NANOSECONDS.toHours(tally.simulatedNanos())),
                        TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin),
                        Runtime.getRuntime().availableProcessors(),
                        commit.isEmpty() ? "" : "; commit " + commit,
                        tally.migrations(),
                        firstSeed);
    }
}
