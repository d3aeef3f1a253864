package dev.faultline.simulation.scenario;

import java.util.List;
import java.util.Map;

/**
 * What became of one simulated migration.
 *
 * @param ending how it has ended
 * @param violations what was seen that must not be, in words
 * @param injected which faults came to pass, and how often
 * @param resumes how often an engine was started again
 * @param nanos how long it took, in simulated time
 * @param steps how many blocks vCPUs checked
 * @param hash the same for two runs only if they went the same way
 * @param events the last events, or all
 */
public record Outcome(
        Ending ending,
        List<String> violations,
        Map<FaultKind, Integer> injected,
        int resumes,
        long nanos,
        long steps,
        long hash,
        List<String> events) {}
