package dev.faultline.conformance;

/**
 * What came of a case on one subject.
 *
 * @param text the outcome; or, of a case that was not tried, why not
 * @param tried whether it was tried
 * @param expected whether it is as expected
 */
public record Answer(String text, boolean tried, boolean expected) {
    static Answer skipped(String why) {
        return new Answer(why, false, false);
    }

    boolean isWrong() {
        return tried && !expected;
    }

    boolean isRight() {
        return tried && expected;
    }
}
