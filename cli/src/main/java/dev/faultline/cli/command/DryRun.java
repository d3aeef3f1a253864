package dev.faultline.cli.command;

import dev.faultline.cli.attach.GuestTarget;
import dev.faultline.cli.attach.Side;
import dev.faultline.cli.json.Json;
import dev.faultline.cli.option.EnumConverter;
import dev.faultline.cli.process.OperatorException;
import dev.faultline.cli.text.Table;
import dev.faultline.guest.qemu.inspection.Finding;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;

/** Says what would happen, and what would be refused, and changes nothing. */
final class DryRun {
    private final boolean json;

    DryRun(boolean json) {
        this.json = json;
    }

    /**
     * Looks at a guest.
     *
     * @throws OperatorException if it would be refused
     */
    void look(GuestTarget target, Side side, String what) throws OperatorException {
        List<Finding> findings = target.inspect(side);
        say(findings);
        long refused = findings.stream().filter(Finding::isRefusal).count();
        if (refused > 0) {
            throw new OperatorException(
                    "This guest would be refused, for " + (refused == 1 ? "1 reason" : refused + " reasons"));
        }
        if (!json) {
            System.out.println(what);
        }
    }

    private void say(List<Finding> findings) {
        if (json) {
            ArrayNode list = Json.object().putArray("findings");
            for (Finding finding : findings) {
                list.addObject()
                        .put("what", finding.what())
                        .put("verdict", EnumConverter.word(finding.verdict()))
                        .put("why", finding.why())
                        .put("remedy", finding.remedy());
            }
            System.out.println(list);
            return;
        }
        Table table = new Table("");
        for (Finding finding : findings) {
            table.row(EnumConverter.word(finding.verdict()), finding.what(), finding.why());
            if (!finding.remedy().isEmpty()) {
                table.row("", "", "-> " + finding.remedy());
            }
        }
        System.out.print(table.render());
    }
}
