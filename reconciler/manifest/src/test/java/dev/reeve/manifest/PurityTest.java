package dev.reeve.manifest;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.Instant;

@AnalyzeClasses(
    packages = "dev.reeve.manifest",
    importOptions = ImportOption.DoNotIncludeTests.class)
class PurityTest {
  @ArchTest
  static final ArchRule readsNoFilesAndNoNetwork =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("java.net..", "java.nio.file..", "org.eclipse.jgit..")
          .because("the same bytes must give the same records");

  @ArchTest
  static final ArchRule readsNoClock =
      noClasses()
          .should()
          .dependOnClassesThat()
          .belongToAnyOf(Clock.class)
          .orShould()
          .callMethod(Instant.class, "now")
          .because("the same bytes must give the same records");

  @ArchTest
  static final ArchRule hasNoCycles =
      slices().matching("dev.reeve.manifest.(**)").should().beFreeOfCycles();
}
