package dev.faultline.cli.option;

import dev.faultline.cli.process.OperatorException;
import dev.faultline.cli.process.Parent;
import java.util.OptionalLong;
import picocli.CommandLine.Option;

/** Whether this process is a part of another one and must not outlive it. */
public final class ParentOption {
    @Option(names = "--die-with-parent", paramLabel = "PID", hidden = true, description = "End when this process ends.")
    private long processId;

    /** Makes one, for picocli to fill. */
    public ParentOption() {}

    /** {@return the process that this one belongs to, if any} */
    public OptionalLong processId() {
        return processId == 0 ? OptionalLong.empty() : OptionalLong.of(processId);
    }

    /**
     * Ties this process to the other. To be called on the main thread.
     *
     * @throws OperatorException if the other has ended already
     */
    public void bind() throws OperatorException {
        if (processId != 0) {
            Parent.bind(processId);
        }
    }
}
