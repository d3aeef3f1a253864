package dev.faultline.cli;

/** A program that does nothing: what is left of its time is the JVM's. */
final class EmptyMain {
    private EmptyMain() {}

    public static void main(String[] arguments) {}
}
