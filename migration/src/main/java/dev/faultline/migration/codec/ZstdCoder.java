package dev.faultline.migration.codec;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.nio.ByteBuffer;

/** A frame of zstd. In one piece, so that the decompressor needs no window of its own, whatever the frame asks for. */
final class ZstdCoder implements Coder {
    /** The levels below 0 are little shorter than lz4, those above 1 are slower than most links. */
    private static final int LEVEL = 1;

    private final ZstdCompressCtx compressor = new ZstdCompressCtx().setLevel(LEVEL);
    private final ZstdDecompressCtx decompressor = new ZstdDecompressCtx();

    @Override
    public int longest(int plainBytes) {
        return (int) Zstd.compressBound(plainBytes);
    }

    @Override
    public int compress(ByteBuffer plain, ByteBuffer to) {
        return compressor.compressDirectByteBuffer(to, 0, to.capacity(), plain, plain.position(), plain.remaining());
    }

    @Override
    public int decompress(ByteBuffer compressed, ByteBuffer to) {
        try {
            return decompressor.decompressDirectByteBuffer(
                    to, 0, to.limit(), compressed, compressed.position(), compressed.remaining());
        } catch (ZstdException e) {
            return -1;
        }
    }

    @Override
    public void close() {
        compressor.close();
        decompressor.close();
    }
}
