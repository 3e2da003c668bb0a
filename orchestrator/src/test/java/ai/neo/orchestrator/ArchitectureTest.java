package ai.neo.orchestrator;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Holds what docs/ARCHITECTURE.md says of the packages. */
class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("ai.neo");

  private static final String[] PURE = {
    "ai.neo.orchestrator.portfolio..",
    "ai.neo.orchestrator.strategy..",
    "ai.neo.orchestrator.trading..",
    "ai.neo.orchestrator.execution",
    "ai.neo.orchestrator.execution.simulated..",
    "ai.neo.riskrules..",
    "ai.neo.tradingtypes.."
  };

  @Test
  void packagesFormNoCycle() {
    slices().matching("ai.neo.orchestrator.(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void theLoopAndWhatItIsMadeOfKnowNoServer() {
    noClasses()
        .that()
        .resideInAnyPackage(PURE)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.vertx..",
            "io.grpc..",
            "io.netty..",
            "io.micrometer..",
            "io.opentelemetry..",
            "org.redisson..",
            "java.sql..",
            "java.net..",
            "org.slf4j..")
        .check(CLASSES);
  }

  @Test
  void theLoopAndWhatItIsMadeOfReadNoClockAndDrawNothingUnseeded() {
    noClasses()
        .that()
        .resideInAnyPackage(PURE)
        .should()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(java.time.Instant.class, "now")
        .orShould()
        .callMethod(Thread.class, "sleep", long.class)
        .orShould()
        .callMethod(Math.class, "random")
        .orShould()
        .callMethod(java.util.UUID.class, "randomUUID")
        .orShould()
        .callConstructor(java.util.Random.class)
        .orShould()
        .callConstructor(java.util.SplittableRandom.class)
        .check(CLASSES);
  }

  @Test
  void theLoopKnowsNoneOfThoseThatDriveOrShowIt() {
    noClasses()
        .that()
        .resideInAnyPackage(PURE)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "ai.neo.orchestrator.running..",
            "ai.neo.orchestrator.journal..",
            "ai.neo.orchestrator.gateway..",
            "ai.neo.orchestrator.projection..",
            "ai.neo.orchestrator.operations..",
            "ai.neo.orchestrator.telemetry..",
            "ai.neo.orchestrator.api..",
            "ai.neo.orchestrator.dashboard..",
            "ai.neo.orchestrator.cli..")
        .check(CLASSES);
  }
}
