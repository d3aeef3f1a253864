package dev.faultline.guest.kvm.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.guest.kvm.state.StateReader;
import dev.faultline.guest.kvm.workload.MemoryMap;
import dev.faultline.guest.kvm.workload.Workload;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.testing.fuzz.Fuzz;
import dev.faultline.uffd.memory.PageSize;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** A state that another host sent is refused, or can be run: within the guest's memory, and without an exception. */
class MachineStateFuzzTest {
    private static final long MEMORY_BYTES = 16 << 20;
    private static final int STEPS = 40;
    private static final Workload HOT = Workload.of(2, 64 << 10);

    /** Memory in which no page is as it should be, so that what reports it is run too. */
    private static final class WrongPages implements GuestPages {
        @Override
        public boolean holds(long guestAddress, MemorySegment expected) {
            assertInside(guestAddress, expected);
            return false;
        }

        @Override
        public void read(long guestAddress, MemorySegment into) {
            assertInside(guestAddress, into);
            into.fill((byte) 0x5a);
        }

        @Override
        public void write(long guestAddress, MemorySegment source) {
            assertInside(guestAddress, source);
        }

        private static void assertInside(long guestAddress, MemorySegment page) {
            assertThat(guestAddress).isBetween(0L, MEMORY_BYTES - page.byteSize());
        }
    }

    private static final class FewSteps implements RunPermit {
        private int left = STEPS;

        @Override
        public boolean granted() {
            left--;
            return left >= 0;
        }

        @Override
        public void restUntil(long untilNanos) {
            // Time is not what is tested.
        }
    }

    @Test
    void aStateIsRefusedOrRuns() {
        List<MemoryMap> maps = List.of(map(HOT), map(HOT.withCold(64 << 10, 16)));
        Fuzz.target("machine-state").expecting(GuestException.class).run(input -> {
            GuestException refused = null;
            for (MemoryMap map : maps) {
                try {
                    load(map, sealed(input));
                    return;
                } catch (GuestException e) {
                    refused = e;
                }
            }
            throw refused;
        });
    }

    @Test
    void aStateThatIsNotSealedIsRefused() {
        MemoryMap map = map(HOT);
        Fuzz.target("machine-state").expecting(GuestException.class).run(input -> {
            load(map, input);
            throw new AssertionError("it was taken without its checksum");
        });
    }

    private static MemoryMap map(Workload workload) {
        return MemoryMap.of(workload, MEMORY_BYTES, PageSize.SIZE_4K);
    }

    private static void load(MemoryMap map, byte[] state) {
        GuestPages memory = new WrongPages();
        List<JavaCpu> cpus = List.of(new JavaCpu(0, map, memory), new JavaCpu(1, map, memory));
        try {
            MachineStateCodec codec = new MachineStateCodec(MachineType.NATIVE, map);
            long pagesPerSecond = codec.decode(new StateReader(state), cpus);
            assertThat(codec.encode(cpus, pagesPerSecond)).isEqualTo(state);
            for (JavaCpu cpu : cpus) {
                cpu.pace(new Pacer(pagesPerSecond));
                cpu.run(new FewSteps());
            }
        } finally {
            cpus.forEach(JavaCpu::close);
        }
    }

    /** The checksum is no protection from a peer, who can compute it. */
    private static byte[] sealed(byte[] content) {
        CRC32C checksum = new CRC32C();
        checksum.update(content);
        return ByteBuffer.allocate(content.length + Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(content)
                .putInt((int) checksum.getValue())
                .array();
    }
}
