package dev.faultline.migration.rate;

/**
 * What was written to one memory file. All counts are of whole pages, each of which counts once however often it was
 * written.
 *
 * @param area the file
 * @param writtenBytes since the sample before
 * @param recentBytes in the last ten seconds; see {@link WriteMeter#WINDOW_NANOS}
 * @param totalBytes since the beginning
 * @param isWhole whether all of it is watched; if not, the process has mapped something else over a part of it meanwhile
 */
public record AreaSample(MemoryArea area, long writtenBytes, long recentBytes, long totalBytes, boolean isWhole) {}
