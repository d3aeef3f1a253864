package dev.faultline.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SentenceTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    cannot listen            | Cannot listen.
                    It is so.                | It is so.
                    It is so. Do that        | It is so; do that.
                    It is so. Do that. KVM is missing. | It is so; do that; KVM is missing.
                    connect(@x) failed: ENOENT. Is it there? | connect(@x) failed: ENOENT; is it there?
                    it broke; the guest runs on here | It broke; the guest runs on here.
                    a guest of 1.5 GiB       | A guest of 1.5 GiB.
                    ioctl(KVM_RUN) failed    | ioctl(KVM_RUN) failed.
                    /dev/kvm is missing      | /dev/kvm is missing.
                    """)
    void isOne(String text, String sentence) {
        assertThat(Sentence.of(text)).isEqualTo(sentence);
    }

    @ParameterizedTest
    @CsvSource({"'two\nlines', Two lines.", "'  spaced   out  ', Spaced out.", "'', It failed without saying why."})
    void isOnOneLine(String text, String sentence) {
        assertThat(Sentence.of(text)).isEqualTo(sentence);
    }
}
