package dev.reeve.core;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.Collectors;

/// What keeps the core a function of its events.
@AnalyzeClasses(packages = "dev.reeve.core", importOptions = ImportOption.DoNotIncludeTests.class)
class CoreRulesTest {
  @ArchTest
  static final ArchRule dependsOnNothingButTheLanguage =
      classes()
          .should()
          .onlyDependOnClassesThat(
              resideInAnyPackage(
                  "dev.reeve.core..",
                  "java.lang..",
                  "java.util",
                  "java.util.function",
                  "java.util.stream",
                  "java.time..",
                  "java.nio.charset",
                  "java.security",
                  "org.jspecify.."))
          .because("the core does no I/O: see docs/decisions/0001-pure-core.md");

  @ArchTest
  static final ArchRule readsNoClockAndMintsNothing =
      noClasses()
          .should()
          .callMethod(Instant.class, "now")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(System.class, "identityHashCode", Object.class)
          .orShould()
          .callMethod(UUID.class, "randomUUID")
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(Random.class)
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(SplittableRandom.class)
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(SecureRandom.class)
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(Clock.class)
          .because("the same events must give the same effects");

  @ArchTest
  static final ArchRule iteratesInADefinedOrder =
      noClasses()
          .that()
          // It can be asked, and not walked.
          .doNotHaveFullyQualifiedName("dev.reeve.core.scheduling.Lookup")
          .should()
          .dependOnClassesThat()
          .areAssignableTo(HashSet.class)
          .orShould()
          .callConstructor(HashMap.class)
          .orShould()
          .callMethod(Set.class, "copyOf", Collection.class)
          .orShould()
          .callMethod(Map.class, "copyOf", Map.class)
          .orShould()
          .callMethod(Collectors.class, "toSet")
          .orShould()
          .callMethod(Collection.class, "parallelStream")
          .because("hash order changes with each JVM, and would reach the effects");

  @ArchTest
  static final ArchRule packagesFormNoCycle =
      slices().matching("dev.reeve.core.(*)..").should().beFreeOfCycles();
}
