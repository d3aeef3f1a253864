package dev.faultline.migration;

/** What is done to the content of pages before it is sent. Content that does not shrink by a tenth goes as it is. */
public enum Compression {
    /** Nothing. */
    NONE,
    /** It is compressed by lz4. */
    LZ4,
    /** It is compressed by zstd, at its fastest usual level. */
    ZSTD,
    /** Whatever gets most content across on each connection, which is tried again now and then. */
    AUTO
}
