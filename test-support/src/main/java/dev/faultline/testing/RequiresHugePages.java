package dev.faultline.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Adds huge pages to the machine's pool while a test, or the tests of a class, run, and takes them away
 * afterwards, however they end. Skips them, or fails them where CI=true, if the kernel cannot find so many. Of 1 GiB
 * it often cannot, on any machine: then they are skipped also there.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(HugePagesExtension.class)
public @interface RequiresHugePages {
    /** {@return how many the tests need at a time} */
    int value();

    /** {@return their size in bytes, 2 MiB or 1 GiB} */
    long sizeBytes() default 2L << 20;
}
