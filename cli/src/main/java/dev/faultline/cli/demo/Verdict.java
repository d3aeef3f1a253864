package dev.faultline.cli.demo;

import dev.faultline.cli.text.Numbers;
import dev.faultline.guest.kvm.control.GuestStatistics;
import dev.faultline.migration.guest.GuestState;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether a guest was moved as it should be, by its own account.
 *
 * @param problems what is wrong, the worst first; each is a clause
 */
record Verdict(List<String> problems) {
    static Verdict of(DemoResult result) {
        List<String> problems = new ArrayList<>();
        checkContent(result, problems);
        checkLife(result, problems);
        if (!result.checkedAgain()) {
            problems.add("the guest did not get through all of its pages again on the destination");
        }
        if (result.sourceAfter().state() != GuestState.RELINQUISHED) {
            problems.add("the source did not give the guest up: its process is "
                    + result.sourceAfter().state());
        }
        return new Verdict(List.copyOf(problems));
    }

    private static void checkContent(DemoResult result, List<String> problems) {
        GuestStatistics last = result.destinationAfter().statistics();
        if (last.corruptions() > 0) {
            problems.add("the guest found " + Numbers.count(last.corruptions(), "wrong page") + ": "
                    + last.firstCorruption().orElse("it does not say which"));
        }
        result.comparison()
                .filter(comparison -> comparison.differingBytes() > 0)
                .ifPresent(comparison -> problems.add(Numbers.count(comparison.differingBytes()) + " of "
                        + Numbers.count(comparison.comparedBytes()) + " bytes differ between source and destination"));
        if (!result.migrated().audit().isGood()) {
            problems.add(result.migrated().audit().problem());
        }
        last.failure().ifPresent(words -> problems.add("the guest does not run any more: " + words));
    }

    private static void checkLife(DemoResult result, List<String> problems) {
        long before = result.sourceAfter().statistics().heartbeats();
        if (before == 0 || result.verifiedOnSource() == 0) {
            problems.add("the guest gave no sign of life on the source");
        }
        long arrived = result.destinationBefore().statistics().heartbeats();
        if (arrived < before) {
            problems.add("the guest went back in time: " + Numbers.count(before, "heartbeat") + " on the source, "
                    + Numbers.count(arrived) + " when it had arrived");
        }
        if (result.destinationAfter().statistics().heartbeats() <= before || result.verifiedOnDestination() <= 0) {
            problems.add("the guest gave no sign of life on the destination");
        }
    }

    boolean isGood() {
        return problems.isEmpty();
    }

    /** {@return all that is wrong, as one sentence} */
    String problem() {
        return String.join("; ", problems);
    }
}
