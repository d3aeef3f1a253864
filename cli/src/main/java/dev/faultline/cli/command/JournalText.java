package dev.faultline.cli.command;

import dev.faultline.cli.json.Json;
import dev.faultline.cli.option.EnumConverter;
import dev.faultline.cli.text.Table;
import dev.faultline.migration.journal.Entry;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;

/** The moves that were written down and are not over. */
final class JournalText {
    private JournalText() {}

    static void print(List<Entry> entries, boolean json) {
        if (json) {
            ArrayNode moves = Json.object().putArray("moves");
            for (Entry entry : entries) {
                moves.addObject()
                        .put("guest", entry.name())
                        .put("processId", entry.key().processId())
                        .put("alive", entry.isAlive())
                        .put("side", side(entry))
                        .put("phase", EnumConverter.word(entry.phase()))
                        .put("address", entry.address());
            }
            System.out.println(moves);
        } else if (entries.isEmpty()) {
            System.out.println("No move was broken off.");
        } else {
            Table table = new Table("").row("guest", "process", "side", "phase", "address");
            entries.forEach(entry -> table.row(
                    entry.name(),
                    entry.key().processId() + (entry.isAlive() ? "" : " (ended)"),
                    side(entry),
                    EnumConverter.word(entry.phase()),
                    entry.address()));
            System.out.print(table.render());
        }
    }

    private static String side(Entry entry) {
        return entry.phase().isAtSource() ? "source" : "destination";
    }
}
