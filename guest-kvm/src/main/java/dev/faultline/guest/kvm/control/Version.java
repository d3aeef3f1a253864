package dev.faultline.guest.kvm.control;

import java.lang.module.ModuleDescriptor;
import java.util.Optional;

/** The version that the build gave this module. */
public final class Version {
    /** As the build wrote it, or "unknown". */
    public static final String OF_THIS_PROGRAM = Optional.ofNullable(
                    Version.class.getModule().getDescriptor())
            .flatMap(ModuleDescriptor::rawVersion)
            .orElse("unknown");

    private Version() {}
}
