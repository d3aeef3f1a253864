package dev.faultline.migration.session;

/** What a failure of the source's side means for the guest, and what to do about it, once it may be the destination's. */
final class SourceFailure {
    static final String KEEPS_MEMORY = " this guest process keeps its memory and never resumes";

    private SourceFailure() {}

    /**
     * {@return the reason and its consequence}
     *
     * @param manifestCame whether the destination, which has every page then, has begun to have them audited
     */
    static String words(SourceSession.State state, String reason, boolean manifestCame) {
        return switch (state) {
            case COMMITTED ->
                reason
                        + "; the hand-over is in doubt, so the guest stays paused here: run 'faultline resume' on both"
                        + " sides, and they agree where it runs. Without the destination, look whether it runs there, and"
                        + " only if it does not, let it run here by 'faultline resume --run-here'";
            case SERVING ->
                reason
                        + (manifestCame
                                ? "; the guest is the destination's since the hand-over, with all of its pages, and not"
                                        + " all of them have been audited:"
                                : "; the guest is the destination's since the hand-over, and its last pages are still"
                                        + " here:")
                        + KEEPS_MEMORY + ". 'faultline resume' on both sides goes on";
            default -> reason + "; nothing has changed here: run 'faultline resume' again";
        };
    }
}
