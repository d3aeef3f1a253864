package dev.faultline.guest.qemu.machine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * Something that memory of the machine was made from ({@code -object memory-backend-...}), also QEMU's own default.
 *
 * @param id its name
 * @param type such as memory-backend-file
 * @param isShared whether share=on
 * @param sizeBytes its length
 */
public record MemoryBackend(String id, String type, boolean isShared, long sizeBytes) {
    private static final String OBJECTS = "/objects";

    static List<MemoryBackend> of(QemuMonitor monitor) {
        Map<String, String> types = new HashMap<>();
        monitor.children(OBJECTS).forEach(object -> types.put(object.name(), object.type()));
        List<MemoryBackend> found = new ArrayList<>();
        for (JsonNode backend : monitor.qmp().execute("query-memdev")) {
            String id = backend.path("id").asString("");
            found.add(new MemoryBackend(
                    id,
                    types.getOrDefault(id, "memory-backend"),
                    backend.path("share").asBoolean(false),
                    backend.path("size").asLong(0)));
        }
        return List.copyOf(found);
    }

    /** {@return whether that is the name of its memory} Old types of machine name it by the whole path. */
    boolean hasMemory(String name) {
        return name.equals(id) || name.equals(OBJECTS + "/" + id);
    }

    /** {@return whether a block is its memory} A device that is on a bus puts its address before the name. */
    boolean isOf(RamBlock block) {
        return hasMemory(block.name()) || block.name().endsWith("/" + id);
    }
}
