package dev.faultline.migration;

/**
 * What became of an operator's order.
 *
 * @param accepted whether it is followed
 * @param text what happens now, or why it is refused
 */
public record OperatorAnswer(boolean accepted, String text) {}
