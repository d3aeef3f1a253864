package dev.faultline.migration.codec;

import java.nio.ByteBuffer;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;

/** A block of lz4. */
final class Lz4Coder implements Coder {
    private final LZ4Compressor compressor = LZ4Factory.nativeInstance().fastCompressor();
    /** The "safe" one is told how long its input is, and reads and writes no further. */
    private final LZ4SafeDecompressor decompressor = LZ4Factory.nativeInstance().safeDecompressor();

    @Override
    public int longest(int plainBytes) {
        return compressor.maxCompressedLength(plainBytes);
    }

    @Override
    public int compress(ByteBuffer plain, ByteBuffer to) {
        return compressor.compress(plain, plain.position(), plain.remaining(), to, 0, to.capacity());
    }

    @Override
    public int decompress(ByteBuffer compressed, ByteBuffer to) {
        try {
            return decompressor.decompress(
                    compressed, compressed.position(), compressed.remaining(), to, 0, to.limit());
        } catch (LZ4Exception e) {
            return -1;
        }
    }

    @Override
    public void close() {
        // It holds nothing.
    }
}
