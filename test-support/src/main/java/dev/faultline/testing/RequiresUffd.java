package dev.faultline.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Skips the tests, and says why, where this process cannot have a userfaultfd with these features. With CI=true in the
 * environment they fail instead: there a skipped test would go unnoticed.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(UffdCondition.class)
public @interface RequiresUffd {
    /** {@return what the tests need of the kernel} */
    KernelFeature[] value() default {KernelFeature.MISSING_SHMEM, KernelFeature.MINOR_SHMEM};
}
