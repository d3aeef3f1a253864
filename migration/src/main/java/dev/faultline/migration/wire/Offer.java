package dev.faultline.migration.wire;

import dev.faultline.migration.guest.GuestRegion;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the source wants to move: the shape of the guest's memory. Payload: u32 number of regions, then for each u32 id,
 * u32 page shift, u64 length in bytes.
 *
 * @param regions in the order of their ids
 */
public record Offer(List<Region> regions) {
    private static final int MAX_REGIONS = 1024;
    private static final int REGION_BYTES = 16;

    /**
     * One region's shape.
     *
     * @param id its number
     * @param pageShift base-2 logarithm of its page size in bytes
     * @param lengthBytes its length
     */
    public record Region(int id, int pageShift, long lengthBytes) {
        @Override
        public String toString() {
            return "region " + id + " of " + lengthBytes + " bytes in pages of " + (1L << pageShift);
        }
    }

    /** {@return the shape of a guest's regions} */
    public static Offer of(List<GuestRegion> regions) {
        return new Offer(regions.stream()
                .map(region -> new Region(region.id(), region.pageShift(), region.lengthBytes()))
                .toList());
    }

    /** {@return why this offer does not fit a waiting guest, or nothing if it does} */
    public Optional<String> mismatch(Offer waiting) {
        if (regions.equals(waiting.regions)) {
            return Optional.empty();
        }
        return Optional.of("the guests differ: the source has " + regions + ", the destination waits with "
                + waiting.regions + "; start the destination's guest with the same memory and page size");
    }

    /** {@return the payload} */
    public byte[] encode() {
        ByteBuffer out = ByteBuffer.allocate(Integer.BYTES + regions.size() * REGION_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(regions.size());
        for (Region region : regions) {
            out.putInt(region.id).putInt(region.pageShift).putLong(region.lengthBytes);
        }
        return out.array();
    }

    /**
     * {@return the offer in a payload}
     *
     * @throws ProtocolException if it is none
     */
    public static Offer decode(byte[] payload) throws ProtocolException {
        try {
            ByteBuffer in = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
            int count = in.getInt();
            if (count < 1 || count > MAX_REGIONS) {
                throw new ProtocolException("the peer offers " + count + " memory regions");
            }
            if (payload.length != Integer.BYTES + count * REGION_BYTES) {
                throw new ProtocolException(
                        "the peer's offer of " + count + " memory regions has " + payload.length + " bytes");
            }
            List<Region> regions = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                regions.add(new Region(in.getInt(), in.getInt(), in.getLong()));
            }
            return new Offer(List.copyOf(regions));
        } catch (BufferUnderflowException e) {
            throw new ProtocolException("the peer's offer has " + payload.length + " bytes");
        }
    }
}
