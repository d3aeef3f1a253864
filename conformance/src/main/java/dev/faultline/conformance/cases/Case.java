package dev.faultline.conformance.cases;

import dev.faultline.conformance.subject.MemoryKind;
import dev.faultline.conformance.subject.Need;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One check: a program and what must come of it.
 *
 * @param section the part of the semantics that it is of, such as {@code 2 resolving calls}
 * @param name what it looks at; with the section, and for each kind of memory once
 * @param kind the memory that it is about, or null where it does not matter
 * @param since the first kernel version that it holds for
 * @param needs what it needs of a subject
 * @param expected what must come of it
 * @param program what is done
 */
public record Case(
        String section,
        String name,
        @Nullable MemoryKind kind,
        KernelVersion since,
        Set<Need> needs,
        Expectation expected,
        Program program) {
    /** What is done in a case. */
    @FunctionalInterface
    public interface Program {
        /**
         * Does it.
         *
         * @param scene a fresh process
         * @return what came of it, in words that are compared
         */
        String run(Scene scene);
    }

    /** {@return section, name and kind} */
    public String id() {
        return section + ": " + name + (kind == null ? "" : " [" + kind.label() + "]");
    }
}
