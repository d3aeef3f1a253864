package dev.faultline.guest.kvm.control;

import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.uffd.LinuxPagemap;
import dev.faultline.uffd.LinuxUffd;
import dev.faultline.uffd.memory.Memfd;
import dev.faultline.uffd.memory.PageSize;
import dev.faultline.uffd.os.Fd;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What {@code attach} gave: the regions with their memory files, the userfaultfd and the page map. The descriptors come
 * in that order.
 */
record Attachment(List<GuestRegion> regions, LinuxUffd uffd, LinuxPagemap pagemap) implements AutoCloseable {
    private static final int OTHER_FDS = 2;

    /** Takes what came, and checks it. */
    static Attachment of(ControlConnection.Reply reply) {
        List<Fd> fds = reply.fds();
        try {
            ArrayNode regions = Json.array(reply.value(), "regions");
            require(
                    fds.size() == regions.size() + OTHER_FDS,
                    fds.size() + " descriptors came with " + regions.size() + " regions");
            List<GuestRegion> taken = new ArrayList<>();
            for (JsonNode region : regions) {
                taken.add(region(region, taken, fds.get(taken.size())));
            }
            LinuxUffd uffd = LinuxUffd.adopt(fds.get(taken.size()));
            return new Attachment(List.copyOf(taken), uffd, LinuxPagemap.adopt(fds.getLast()));
        } catch (RuntimeException e) {
            fds.forEach(Fd::close);
            throw e;
        }
    }

    private static GuestRegion region(JsonNode node, List<GuestRegion> before, Fd fd) {
        require(node instanceof ObjectNode, "a region is no object");
        ObjectNode region = (ObjectNode) node;
        long id = Json.number(region, "id");
        require(id == before.size(), "region " + before.size() + " says that it is region " + id);
        long address = Json.number(region, "address");
        long lengthBytes = Json.number(region, "lengthBytes");
        PageSize pageSize = PageSize.ofBytes(Json.number(region, "pageSizeBytes"));
        boolean aligned = address > 0 && address % pageSize.bytes() == 0;
        require(aligned && address + lengthBytes > address, "region " + id + " lies at an impossible address");
        for (GuestRegion other : before) {
            boolean apart = other.guestAddress() + other.lengthBytes() <= address
                    || address + lengthBytes <= other.guestAddress();
            require(apart, "the regions " + other.id() + " and " + id + " overlap");
        }
        Memfd file = Memfd.adopt(fd, lengthBytes, pageSize);
        return new GuestRegion((int) id, Json.text(region, "name"), address, file);
    }

    private static void require(boolean condition, String problem) {
        if (!condition) {
            throw new IllegalArgumentException(problem);
        }
    }

    /** Closes this process's descriptors; the guest keeps its own. */
    @Override
    public void close() {
        uffd.close();
        pagemap.close();
        regions.forEach(region -> region.file().close());
    }
}
