package dev.faultline.migration.wire;

import dev.faultline.migration.guest.Guest;
import dev.faultline.migration.guest.GuestRegion;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the source wants to move. Payload: the machine, u32 number of regions, then for each u32 id, u32 page shift, u64
 * length in bytes, its file. A text is a u16 length and that many bytes of UTF-8.
 *
 * @param machine the kind of machine, in words that have to be the same on both sides
 * @param regions the shape of its memory, in the order of the region ids
 * @param files by region, which memory file of all: it must not be the same on both sides
 */
public record Offer(String machine, List<Region> regions, List<String> files) {
    private static final int MAX_REGIONS = 1024;
    private static final int MAX_TEXT_BYTES = 1 << 14;
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

    /** {@return what a guest is} */
    public static Offer of(Guest guest) {
        List<GuestRegion> regions = guest.regions();
        return new Offer(
                guest.machine(),
                regions.stream()
                        .map(region -> new Region(region.id(), region.pageShift(), region.lengthBytes()))
                        .toList(),
                regions.stream().map(region -> region.file().identity()).toList());
    }

    /** {@return why this offer does not fit a waiting guest, or nothing if it does} */
    public Optional<String> mismatch(Offer waiting) {
        if (!machine.equals(waiting.machine)) {
            return Optional.of("the machines differ: the source is '" + machine + "', the destination waits with '"
                    + waiting.machine + "'; start the destination with the same machine");
        }
        if (!regions.equals(waiting.regions)) {
            return Optional.of("the guests differ: the source has " + regions + ", the destination waits with "
                    + waiting.regions + "; start the destination's guest with the same memory and page size");
        }
        for (String file : files) {
            if (waiting.files.contains(file)) {
                return Optional.of("both guests have the same memory file (" + file
                        + "), which the destination would empty; give the destination's guest a file of its own");
            }
        }
        return Optional.empty();
    }

    /** {@return the payload} */
    public byte[] encode() {
        byte[] machineText = encode(machine);
        List<byte[]> fileTexts = files.stream().map(Offer::encode).toList();
        int textBytes = machineText.length
                + fileTexts.stream().mapToInt(text -> text.length).sum();
        ByteBuffer out = ByteBuffer.allocate(Integer.BYTES + regions.size() * REGION_BYTES + textBytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(machineText)
                .putInt(regions.size());
        for (int i = 0; i < regions.size(); i++) {
            Region region = regions.get(i);
            out.putInt(region.id)
                    .putInt(region.pageShift)
                    .putLong(region.lengthBytes)
                    .put(fileTexts.get(i));
        }
        return out.array();
    }

    private static byte[] encode(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > MAX_TEXT_BYTES) {
            throw new IllegalArgumentException("a description of " + bytes.length + " bytes is too long to be offered");
        }
        return ByteBuffer.allocate(Short.BYTES + bytes.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort((short) bytes.length)
                .put(bytes)
                .array();
    }

    /**
     * {@return the offer in a payload}
     *
     * @throws ProtocolException if it is none
     */
    public static Offer decode(byte[] payload) throws ProtocolException {
        try {
            ByteBuffer in = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
            String machine = text(in);
            int count = in.getInt();
            if (count < 1 || count > MAX_REGIONS) {
                throw new ProtocolException("the peer offers " + count + " memory regions");
            }
            List<Region> regions = new ArrayList<>(count);
            List<String> files = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                regions.add(new Region(in.getInt(), in.getInt(), in.getLong()));
                files.add(text(in));
            }
            if (in.hasRemaining()) {
                throw new ProtocolException(
                        "the peer's offer of " + count + " memory regions has " + payload.length + " bytes");
            }
            return new Offer(machine, List.copyOf(regions), List.copyOf(files));
        } catch (BufferUnderflowException e) {
            throw new ProtocolException("the peer's offer has " + payload.length + " bytes");
        }
    }

    private static String text(ByteBuffer in) throws ProtocolException {
        int length = in.getShort() & 0xffff;
        if (length > MAX_TEXT_BYTES) {
            throw new ProtocolException("the peer's offer has a text of " + length + " bytes");
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new ProtocolException("the peer's offer has a text that is not UTF-8");
        }
    }
}
