package dev.faultline.conformance;

/**
 * A statement of the proposal of 7 January 2021, and what became of it.
 *
 * @param proposal the check against the proposal, on the model with its rules
 * @param mainline the same program's check against Linux
 */
public record RfcRow(Check proposal, Check mainline) {
    /** {@return whether Linux does what was proposed} */
    public boolean isKept() {
        return proposal.expected().equals(mainline.expected());
    }
}
