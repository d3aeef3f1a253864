package dev.faultline.conformance.cases;

import dev.faultline.conformance.subject.MemoryKind;
import dev.faultline.conformance.subject.Need;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Cases of one section, as they are written down. */
final class CaseList {
    static final Set<MemoryKind> ALL = Set.of(MemoryKind.values());
    static final Set<MemoryKind> OF_FILES = kinds(MemoryKind::isOfFile);
    static final Set<MemoryKind> SHARED = kinds(MemoryKind::isShared);
    static final Set<MemoryKind> PRIVATE = kinds(kind -> !kind.isShared());
    static final Set<MemoryKind> BASE_PAGES = kinds(kind -> !kind.isHuge());
    static final Set<MemoryKind> HUGE = kinds(MemoryKind::isHuge);
    static final Set<MemoryKind> ANON = Set.of(MemoryKind.ANON);

    /** MOVE, the youngest of what the cases of Linux 6.18 need. */
    static final KernelVersion SINCE = new KernelVersion(6, 8);

    private static final Pattern BAR = Pattern.compile(" \\| ");
    private static final Pattern COMMA = Pattern.compile(", ");

    private final String section;
    private final List<Case> cases = new ArrayList<>();

    CaseList(String section) {
        this.section = section;
    }

    private static Set<MemoryKind> kinds(Predicate<MemoryKind> wanted) {
        Set<MemoryKind> kinds = EnumSet.noneOf(MemoryKind.class);
        Arrays.stream(MemoryKind.values()).filter(wanted).forEach(kinds::add);
        return kinds;
    }

    /**
     * Adds a case for each of some kinds of memory.
     *
     * @param expected what must come of it; where kinds differ as {@code OK | anon, hugetlb: EINVAL}
     */
    CaseList add(String name, Set<MemoryKind> kinds, String expected, Case.Program program) {
        return add(name, kinds, Set.of(), expected, program);
    }

    CaseList add(String name, Set<MemoryKind> kinds, Set<Need> needs, String expected, Case.Program program) {
        for (MemoryKind kind : MemoryKind.values()) {
            if (kinds.contains(kind)) {
                Expectation expectation = Expectation.parse(of(kind, expected));
                cases.add(new Case(section, name, kind, SINCE, FillCases.needs(kind, needs), expectation, program));
            }
        }
        return this;
    }

    /** Adds a case that is about no memory in particular; its scene has base pages of a file. */
    CaseList addOne(String name, Set<Need> needs, String expected, Case.Program program) {
        cases.add(new Case(section, name, null, SINCE, needs, Expectation.parse(expected), program));
        return this;
    }

    private static String of(MemoryKind kind, String expected) {
        List<String> parts = BAR.splitAsStream(expected).toList();
        for (String part : parts.subList(1, parts.size())) {
            int colon = part.indexOf(": ");
            if (COMMA.splitAsStream(part.substring(0, colon)).anyMatch(kind.label()::equals)) {
                return part.substring(colon + 2);
            }
        }
        return parts.getFirst();
    }

    List<Case> cases() {
        return cases;
    }
}
