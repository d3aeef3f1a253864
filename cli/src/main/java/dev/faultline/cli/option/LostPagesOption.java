package dev.faultline.cli.option;

import dev.faultline.cli.process.OperatorException;
import dev.faultline.migration.OnLostPages;
import picocli.CommandLine.Option;

/** What becomes of a guest whose source does not come back. */
public final class LostPagesOption {
    @Option(
            names = "--on-lost-pages",
            paramLabel = "freeze|poison|kill",
            defaultValue = "freeze",
            converter = EnumConverter.LostPages.class,
            description =
                    "When the guest runs here and the source has not come back for --reconnect-for: freeze it, so that"
                            + " 'faultline resume' can still go on; poison the pages that are missing, so that who"
                            + " touches one gets a SIGBUS or a machine check, and the rest goes on; or kill the guest"
                            + " (default: ${DEFAULT-VALUE}).")
    private OnLostPages policy = OnLostPages.FREEZE;

    /** Makes one, for picocli to fill. */
    public LostPagesOption() {}

    /**
     * {@return what was asked for}
     *
     * @param reconnect for how long the source is waited for
     * @throws OperatorException if pages would be lost with the first connection that breaks
     */
    public OnLostPages with(ReconnectOption reconnect) throws OperatorException {
        if (policy != OnLostPages.FREEZE && reconnect.nanos() == 0) {
            throw new OperatorException("With --reconnect-for 0 every broken connection would cost the guest its pages:"
                    + " give the source some seconds to come back, or leave --on-lost-pages at freeze");
        }
        return policy;
    }
}
