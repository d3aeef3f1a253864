package dev.faultline.conformance.cases;

/** Modes of a registration by their letters: M missing, W write protection, N minor. */
final class Modes {
    static final long MISSING = 1;
    static final long WP = 2;
    static final long MINOR = 4;

    private Modes() {}

    static long parse(String letters) {
        long modes = 0;
        for (int i = 0; i < letters.length(); i++) {
            modes |= switch (letters.charAt(i)) {
                case 'M' -> MISSING;
                case 'W' -> WP;
                case 'N' -> MINOR;
                default -> throw new IllegalArgumentException("no modes: " + letters);
            };
        }
        return modes;
    }
}
