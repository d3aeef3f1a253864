package dev.faultline.cli;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

    private static final String NATIVE_PACKAGE = "dev.faultline.uffd.internal.linux";
    private static final int MAX_LINES = 500;

    private static JavaClasses classes;

    @BeforeAll
    static void readMainClassesOfAllModules() {
        // By path: ArchUnit finds classes by package on the class path only, and the modules are on the module path.
        List<Path> paths = Repository.MODULES.stream()
                .map(module -> Repository.root().resolve(module).resolve("target/classes"))
                .toList();
        assertThat(paths).allSatisfy(path -> assertThat(path).isNotEmptyDirectory());
        classes = new ClassFileImporter().importPaths(paths);
    }

    @Test
    void onlyTheNativePackageCallsNativeCode() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage(NATIVE_PACKAGE)
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(Linker.class, SymbolLookup.class, FunctionDescriptor.class)
                .orShould()
                .callMethodWhere(DescribedPredicate.describe(
                        "a method handle is invoked", ArchitectureTest::isMethodHandleInvocation)));
    }

    @Test
    void importsPointDownwardsOnly() {
        String uffd = "dev.faultline.uffd..";
        String model = "dev.faultline.model..";
        String migration = "dev.faultline.migration..";
        String simulation = "dev.faultline.simulation..";
        String guestKvm = "dev.faultline.guest.kvm..";
        String guestQemu = "dev.faultline.guest.qemu..";
        String conformance = "dev.faultline.conformance..";
        String cli = "dev.faultline.cli..";
        String qemuLab = "dev.faultline.qemu.lab..";
        check(noneDependsOn(qemuLab, uffd, model, migration, simulation, guestKvm, guestQemu, conformance, cli));
        String benchmarks = "dev.faultline.benchmarks..";
        for (String product : List.of(uffd, model, migration, simulation, guestKvm, guestQemu, conformance, cli)) {
            check(noneDependsOn(product, qemuLab, benchmarks));
        }
        check(noneDependsOn(uffd, model, migration, simulation, guestKvm, guestQemu, conformance, cli));
        check(noneDependsOn(model, migration, simulation, guestKvm, guestQemu, conformance, cli));
        check(noneDependsOn(migration, model, simulation, guestKvm, guestQemu, conformance, cli));
        check(noneDependsOn(simulation, guestKvm, guestQemu, conformance, cli));
        check(noneDependsOn(guestKvm, simulation, guestQemu, conformance, cli));
        check(noneDependsOn(guestQemu, model, simulation, guestKvm, conformance, cli));
        check(noneDependsOn(conformance, migration, simulation, guestKvm, guestQemu, cli));
    }

    @Test
    void packagesAreFreeOfCycles() {
        check(slices().matching("dev.faultline.(**)").should().beFreeOfCycles());
    }

    @Test
    void nothingUsesTheInsidesOfTheJdk() {
        check(noClasses().should().dependOnClassesThat(resideInAnyPackage("sun..", "jdk.internal..")));
    }

    @Test
    void onlyTheCommandLineTheExamplesAndTheBenchmarksPrint() {
        check(noClasses()
                .that()
                .resideOutsideOfPackages(
                        "dev.faultline.cli..", "dev.faultline.examples..", "dev.faultline.benchmarks..")
                .should()
                .accessField(System.class, "out"));
    }

    @Test
    void noSourceFileIsLong() throws IOException {
        for (String module : Repository.MODULES) {
            try (Stream<Path> files = Files.walk(Repository.root().resolve(module, "src"))) {
                for (Path file :
                        files.filter(path -> path.toString().endsWith(".java")).toList()) {
                    assertThat(Files.readAllLines(file))
                            .as("lines of %s", Repository.root().relativize(file))
                            .hasSizeLessThanOrEqualTo(MAX_LINES);
                }
            }
        }
    }

    private static boolean isMethodHandleInvocation(JavaMethodCall call) {
        return call.getTargetOwner().isEquivalentTo(MethodHandle.class)
                && call.getName().startsWith("invoke");
    }

    private static ArchRule noneDependsOn(String lower, String... upper) {
        return noClasses()
                .that()
                .resideInAPackage(lower)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(upper);
    }

    /** A module may have no class yet that a rule looks at. */
    private static void check(ArchRule rule) {
        rule.allowEmptyShould(true).check(classes);
    }
}
