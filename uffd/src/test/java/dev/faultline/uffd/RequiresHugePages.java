package dev.faultline.uffd;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Adds huge pages of 2 MiB to the pool while the tests of a class run, and takes them away afterwards, however the tests
 * end. Skips them, or fails them where CI=true, if the kernel cannot find so many.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(HugePagesExtension.class)
@SuppressWarnings("exports") // the module that readers see is without its tests
public @interface RequiresHugePages {
    /** How many the tests need at a time. */
    int value();
}
