package dev.faultline.cli.option;

import dev.faultline.guest.kvm.MachineChoice;
import dev.faultline.migration.Compression;
import dev.faultline.migration.MigrationMode;
import dev.faultline.migration.OnLostPages;
import dev.faultline.migration.OnNoConvergence;
import dev.faultline.migration.TestSwitch;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Reads a word that stands for a constant: small letters and hyphens.
 *
 * @param <E> what it stands for
 */
public abstract class EnumConverter<E extends Enum<E>> implements ITypeConverter<E> {
    private final Class<E> type;
    private final String what;

    private EnumConverter(Class<E> type, String what) {
        this.type = type;
        this.what = what;
    }

    @Override
    public E convert(String value) {
        for (E constant : type.getEnumConstants()) {
            if (word(constant).equals(value.toLowerCase(Locale.ROOT))) {
                return constant;
            }
        }
        String words =
                Arrays.stream(type.getEnumConstants()).map(EnumConverter::word).collect(Collectors.joining(", "));
        throw new TypeConversionException("'" + value + "' is no " + what + "; there are " + words);
    }

    /**
     * {@return the word for a constant}
     *
     * @param constant the constant
     */
    public static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Reads a {@link MigrationMode}. */
    public static final class Mode extends EnumConverter<MigrationMode> {
        /** Makes one. */
        public Mode() {
            super(MigrationMode.class, "mode");
        }
    }

    /** Reads a {@link MachineChoice}. */
    public static final class Machine extends EnumConverter<MachineChoice> {
        /** Makes one. */
        public Machine() {
            super(MachineChoice.class, "machine");
        }
    }

    /** Reads a {@link MemoryBackend}. */
    public static final class Backend extends EnumConverter<MemoryBackend> {
        /** Makes one. */
        public Backend() {
            super(MemoryBackend.class, "memory backend");
        }
    }

    /** Reads a {@link Compression}. */
    public static final class Compressing extends EnumConverter<Compression> {
        /** Makes one. */
        public Compressing() {
            super(Compression.class, "compression");
        }
    }

    /** Reads an {@link OnNoConvergence}. */
    public static final class NoConvergence extends EnumConverter<OnNoConvergence> {
        /** Makes one. */
        public NoConvergence() {
            super(OnNoConvergence.class, "way out");
        }
    }

    /** Reads an {@link OnLostPages}. */
    public static final class LostPages extends EnumConverter<OnLostPages> {
        /** Makes one. */
        public LostPages() {
            super(OnLostPages.class, "policy for lost pages");
        }
    }

    /** Reads a {@link TestSwitch}. */
    public static final class Switch extends EnumConverter<TestSwitch> {
        /** Makes one. */
        public Switch() {
            super(TestSwitch.class, "test switch");
        }
    }
}
