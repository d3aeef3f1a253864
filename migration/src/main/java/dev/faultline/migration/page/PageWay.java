package dev.faultline.migration.page;

/**
 * How a page came to the destination, in a byte: what carried its content, whether it was said to be zero, and who called a
 * copy that was sent early the final one.
 *
 * <pre>
 *   7         6 5      4           0
 *  +-----------+------+-------------+
 *  | confirmed | zero | carrier     |   carrier: 0 none, 1 push, 2 answer to a fault, 3 + a round
 *  +-----------+------+-------------+
 * </pre>
 */
public final class PageWay {
    /** The background push. */
    public static final byte PUSH = 1;
    /** The answer to a fault. */
    public static final byte FAULT = 2;

    private static final byte FIRST_ROUND = 3;
    private static final byte CARRIERS = 0x1f;
    private static final byte ZERO = 0x20;
    /** The dirty map called the early copy clean. */
    public static final byte BY_MAP = 0x40;
    /** The answer to a fault called the early copy the final one. */
    public static final byte BY_FAULT = (byte) 0x80;

    private static final byte CONFIRMED = BY_MAP | BY_FAULT;

    private PageWay() {}

    /** {@return the way of a frame of a round of pre-copy} The last number stands for all from there on. */
    public static byte round(long round) {
        return (byte) (FIRST_ROUND + Math.clamp(round, 0, CARRIERS - FIRST_ROUND));
    }

    /** {@return the way of a frame that says "zero"} */
    public static byte zero(byte way) {
        return (byte) (way | ZERO);
    }

    /** {@return the way of an early copy that is the final one, as it turns out; any other way as it is} */
    static byte confirmed(byte way, byte by) {
        boolean isEarly = (way & CARRIERS) >= FIRST_ROUND && (way & CONFIRMED) == 0;
        return isEarly ? (byte) (way | by) : way;
    }

    /** {@return the way in words} */
    public static String words(byte way) {
        String content = (way & ZERO) == 0 ? "sent" : "said to be zero";
        return content + carrier(way & CARRIERS) + confirmation(way & CONFIRMED);
    }

    private static String carrier(int carrier) {
        return switch (carrier) {
            case 0 -> " in a way that nobody noted";
            case PUSH -> " by the push";
            case FAULT -> " in answer to a fault";
            case CARRIERS -> " in round " + (CARRIERS - FIRST_ROUND) + " or later";
            default -> " in round " + (carrier - FIRST_ROUND);
        };
    }

    private static String confirmation(int confirmed) {
        if (confirmed == 0) {
            return "";
        }
        return confirmed == BY_MAP ? ", clean by the dirty map" : ", called current when it was touched";
    }
}
