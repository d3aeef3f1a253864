package dev.faultline.simulation.vm;

import dev.faultline.model.ModelThread;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/**
 * A vCPU: it checks blocks and writes them anew, in an order that its registers decide. The registers hold the version of
 * each of its blocks, and move with the device state: so content that is stale, torn or rolled back is seen wherever it
 * runs.
 */
final class Vcpu {
    private static final int PERCENT = 100;

    private final int index;
    private final VmShape shape;
    private final Blocks blocks;
    private final ModelThread thread;
    private final MemorySegment buffer = MemorySegment.ofArray(new byte[Blocks.BYTES]);
    private final int[] versions;
    private long state;
    private long steps;

    Vcpu(int index, VmShape shape, Blocks blocks, ModelThread thread) {
        this.index = index;
        this.shape = shape;
        this.blocks = blocks;
        this.thread = thread;
        versions = new int[(blocks.count() - index + shape.vcpus() - 1) / shape.vcpus()];
    }

    int index() {
        return index;
    }

    long steps() {
        return steps;
    }

    private int block(int own) {
        return own * shape.vcpus() + index;
    }

    /** Writes what the guest has written before the simulation begins. */
    void populate(SplittableRandom random) {
        state = random.nextLong();
        for (int own = 0; own < versions.length; own++) {
            if (random.nextInt(PERCENT) < shape.filledPercent()) {
                write(own);
            }
        }
    }

    private int random(int bound) {
        state = state * 6364136223846793005L + 1442695040888963407L;
        return (int) Long.remainderUnsigned(state >>> 20, bound);
    }

    /** {@return what was wrong with the block that it looked at, or an empty string} */
    String step() {
        int bound =
                random(PERCENT) < shape.hotPercent() ? Math.min(shape.hotBlocks(), versions.length) : versions.length;
        int own = random(bound);
        String wrong = check(own);
        if (random(PERCENT) < shape.writePercent()) {
            write(own);
        }
        steps++;
        return wrong;
    }

    private void write(int own) {
        versions[own]++;
        blocks.fill(buffer, block(own), versions[own]);
        thread.write(blocks.address(block(own)), buffer);
    }

    private String check(int own) {
        thread.read(blocks.address(block(own)), buffer);
        return blocks.check(buffer, block(own), versions[own]);
    }

    /** {@return what is wrong with any of its blocks, or an empty string} */
    String checkAll() {
        for (int own = 0; own < versions.length; own++) {
            String wrong = check(own);
            if (!wrong.isEmpty()) {
                return wrong;
            }
        }
        return "";
    }

    int stateBytes() {
        return 2 * Long.BYTES + versions.length * Integer.BYTES;
    }

    void save(ByteBuffer out) {
        out.putLong(state).putLong(steps);
        for (int version : versions) {
            out.putInt(version);
        }
    }

    void load(ByteBuffer in) {
        state = in.getLong();
        steps = in.getLong();
        for (int own = 0; own < versions.length; own++) {
            versions[own] = in.getInt();
        }
    }
}
