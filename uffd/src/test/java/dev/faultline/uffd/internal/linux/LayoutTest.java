package dev.faultline.uffd.internal.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.testing.Skipping;
import dev.faultline.uffd.EventKind;
import dev.faultline.uffd.PageCategory;
import dev.faultline.uffd.PagemapScan;
import dev.faultline.uffd.RegisterMode;
import dev.faultline.uffd.Uffd;
import dev.faultline.uffd.UffdCall;
import dev.faultline.uffd.UffdFeature;
import dev.faultline.uffd.internal.linux.Syscall.Call;
import dev.faultline.uffd.memory.PageSize;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three that have to agree: what a C compiler makes of the kernel's headers, what is kept of that with the tests for
 * machines without a compiler, and the constants in Java.
 */
@Timeout(120)
class LayoutTest {
    private static final String ROOT = "dev.faultline.uffd.";

    @Test
    void theHeadersOfThisMachineSayWhatIsKept(@TempDir Path folder) throws InterruptedException {
        Map<String, Long> compiled = compile("layouts.c", folder);
        Map<String, Long> newer = Layouts.goldenOfNewerKernels();
        Map<String, Long> known = new TreeMap<>(compiled);
        known.keySet().removeAll(newer.keySet());
        assertThat(known).isEqualTo(Layouts.goldenOfThisMachine());
        compiled.keySet().retainAll(newer.keySet());
        assertThat(newer).containsAllEntriesOf(compiled);
    }

    @Test
    void theGenericHeaderSaysWhatIsKeptOfAarch64(@TempDir Path folder) throws InterruptedException {
        Map<String, Long> kept = Layouts.golden(Layouts.AARCH64);
        kept.keySet().removeIf(name -> !name.startsWith("syscall."));
        assertThat(compile("generic-syscalls.c", folder)).isEqualTo(kept);
    }

    private static Map<String, Long> compile(String source, Path folder) throws InterruptedException {
        try {
            return Layouts.compiled(source, folder);
        } catch (IOException e) {
            Skipping.skip("needs a C compiler as cc, and the headers of libc and Linux: " + e.getMessage());
            throw new AssertionError("unreachable", e);
        }
    }

    @Test
    void systemCallsHaveTheirNumbers() {
        Map<String, Long> x86 = Layouts.golden(Layouts.X86_64);
        Map<String, Long> aarch64 = Layouts.golden(Layouts.AARCH64);
        for (Call call : Call.values()) {
            String name = "syscall." + call.name().toLowerCase(Locale.ROOT);
            assertThat(x86).containsEntry(name, (long) call.x86Number);
            assertThat(aarch64).containsEntry(name, (long) call.aarch64Number);
        }
    }

    @Test
    void enumsHaveTheirBits() {
        Map<String, Long> expected = Layouts.golden("", "newer ");
        for (UffdFeature feature : UffdFeature.values()) {
            assertThat(expected).containsEntry("UFFD_FEATURE_" + feature, feature.mask());
        }
        for (UffdCall call : UffdCall.values()) {
            long number = Long.numberOfTrailingZeros(call.mask());
            assertThat(expected).containsEntry("_UFFDIO_" + call, number);
        }
        assertThat(expected)
                .containsEntry("UFFDIO_REGISTER_MODE_MISSING", RegisterMode.MISSING.mask())
                .containsEntry("UFFDIO_REGISTER_MODE_WP", RegisterMode.WRITE_PROTECT.mask())
                .containsEntry("UFFDIO_REGISTER_MODE_MINOR", RegisterMode.MINOR.mask())
                .containsEntry("PAGE_IS_WPALLOWED", PageCategory.WRITE_TRACKED.mask())
                .containsEntry("PAGE_IS_WRITTEN", PageCategory.WRITTEN.mask())
                .containsEntry("PAGE_IS_FILE", PageCategory.FILE.mask())
                .containsEntry("PAGE_IS_PRESENT", PageCategory.PRESENT.mask())
                .containsEntry("PAGE_IS_SWAPPED", PageCategory.SWAPPED.mask())
                .containsEntry("PAGE_IS_PFNZERO", PageCategory.ZERO.mask())
                .containsEntry("PAGE_IS_HUGE", PageCategory.HUGE.mask())
                .containsEntry("PAGE_IS_SOFT_DIRTY", PageCategory.SOFT_DIRTY.mask())
                .containsEntry("PAGE_IS_GUARD", PageCategory.GUARD.mask())
                .containsEntry("PM_SCAN_WP_MATCHING", PagemapScan.PROTECT)
                .containsEntry("PM_SCAN_CHECK_WPASYNC", PagemapScan.REQUIRE_TRACKED);
        long hugetlb = expected.getOrDefault("MFD_HUGETLB", 0L);
        assertThat(memfdFlags(PageSize.SIZE_2M)).isEqualTo(hugetlb | expected.getOrDefault("MFD_HUGE_2MB", 0L));
        assertThat(memfdFlags(PageSize.SIZE_1G)).isEqualTo(hugetlb | expected.getOrDefault("MFD_HUGE_1GB", 0L));
        assertThat(code(EventKind.PAGE_FAULT)).isEqualTo(expected.get("UFFD_EVENT_PAGEFAULT"));
        assertThat(code(EventKind.FORK)).isEqualTo(expected.get("UFFD_EVENT_FORK"));
        assertThat(code(EventKind.REMAP)).isEqualTo(expected.get("UFFD_EVENT_REMAP"));
        assertThat(code(EventKind.REMOVE)).isEqualTo(expected.get("UFFD_EVENT_REMOVE"));
        assertThat(code(EventKind.UNMAP)).isEqualTo(expected.get("UFFD_EVENT_UNMAP"));
    }

    /** All flags of these calls that share a constant have to share their bit. */
    @Test
    void flagsOfCallsHaveTheirBits() {
        Map<String, Long> expected = Layouts.golden("", "newer ");
        for (String call : new String[] {"COPY", "ZEROPAGE", "CONTINUE", "POISON", "MOVE"}) {
            assertThat(expected).containsEntry("UFFDIO_" + call + "_MODE_DONTWAKE", (long) Uffd.DONT_WAKE);
        }
        for (String call : new String[] {"COPY", "CONTINUE"}) {
            assertThat(expected).containsEntry("UFFDIO_" + call + "_MODE_WP", (long) Uffd.WRITE_PROTECTED);
        }
        assertThat(expected).containsEntry("UFFDIO_MOVE_MODE_ALLOW_SRC_HOLES", (long) Uffd.ALLOW_SOURCE_HOLES);
    }

    @Test
    void constantsHaveTheNumbersOfTheirHeaders() {
        Map<String, Long> expected = Layouts.golden("", "newer ");
        for (String line : Constants.TABLE.lines().toList()) {
            String[] words = line.strip().split(" +", -1);
            assertThat(value(words[0], words[1])).as(line).isEqualTo(expected.get(words[2]));
        }
        Map<String, Long> x86 = Layouts.golden(Layouts.X86_64);
        for (String name : new String[] {"R10", "R9", "R8", "RAX", "RDX", "RSI", "RDI", "ORIG_RAX", "RIP"}) {
            assertThat(x86)
                    .containsEntry(
                            "user_regs_struct." + name.toLowerCase(Locale.ROOT), value("remote.X86Registers", name));
        }
        assertThat(x86).containsEntry("sizeof(user_regs_struct)", value("remote.X86Registers", "BYTES"));
        assertThat(Layouts.golden(Layouts.AARCH64))
                .containsEntry("sizeof(user_regs_struct)", value("remote.Aarch64Registers", "BYTES"))
                .containsEntry("user_regs_struct.pc", value("remote.Aarch64Registers", "PC"));
    }

    private static long value(String type, String name) {
        try {
            Field field = Class.forName(ROOT + type).getDeclaredField(name);
            field.setAccessible(true);
            return ((Number) field.get(null)).longValue();
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(type + "." + name, e);
        }
    }

    private static long memfdFlags(PageSize size) {
        return call(size, "memfdFlags");
    }

    private static long code(EventKind kind) {
        return call(kind, "code");
    }

    private static long call(Enum<?> on, String name) {
        try {
            Method method = on.getDeclaringClass().getDeclaredMethod(name);
            method.setAccessible(true);
            return ((Number) method.invoke(on)).longValue();
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(on + "." + name, e);
        }
    }
}
