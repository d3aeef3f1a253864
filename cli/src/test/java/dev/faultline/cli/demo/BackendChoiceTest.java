package dev.faultline.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.cli.option.MemoryBackend;
import dev.faultline.uffd.UffdFeature;
import dev.faultline.uffd.os.LinuxException;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;

class BackendChoiceTest {
    private static final int ENOSYS = 38;

    @Test
    void aKernelWithAllThatIsNeededIsUsed() {
        BackendChoice choice = BackendChoice.of(null, () -> EnumSet.allOf(UffdFeature.class));
        assertThat(choice.backend()).isEqualTo(MemoryBackend.KERNEL);
        assertThat(choice.fallback()).isEmpty();
    }

    @Test
    void aKernelWithoutUserfaultfdMakesItTheModel() {
        BackendChoice choice = BackendChoice.of(null, () -> {
            throw new LinuxException("userfaultfd(CLOEXEC|NONBLOCK)", ENOSYS, "");
        });
        assertThat(choice.backend()).isEqualTo(MemoryBackend.MODEL);
        assertThat(choice.fallback()).hasValueSatisfying(why -> assertThat(why).contains("ENOSYS"));
    }

    @Test
    void anOldKernelMakesItTheModelAndIsToldWhatItLacks() {
        BackendChoice choice = BackendChoice.of(null, () -> EnumSet.of(UffdFeature.MISSING_SHMEM));
        assertThat(choice.backend()).isEqualTo(MemoryBackend.MODEL);
        assertThat(choice.fallback()).hasValueSatisfying(why -> assertThat(why).contains("[MINOR_SHMEM, WP_ASYNC]"));
    }

    @Test
    void whatWasAskedForIsNotDoubted() {
        BackendChoice choice = BackendChoice.of(MemoryBackend.KERNEL, () -> {
            throw new AssertionError("nobody wants to know");
        });
        assertThat(choice.backend()).isEqualTo(MemoryBackend.KERNEL);
    }
}
