package ai.neo.riskrules;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.File;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Clock;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Risk decides; it does not look at the clock, the disk or the net, and it draws no lots. */
class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("ai.neo.riskrules");

  @Test
  void nothingIsKnownButTheJdkTheWordsOfTradingAndYaml() {
    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "ai.neo.riskrules..",
            "ai.neo.tradingtypes..",
            "com.fasterxml.jackson.core..",
            "com.fasterxml.jackson.dataformat.yaml..",
            "java..")
        .check(CLASSES);
  }

  @Test
  void noClockNoDiskNoNetNoChance() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "java.nio.file..",
            "java.net..",
            "java.sql..",
            "java.util.logging..",
            "java.util.random..",
            "java.util.concurrent..")
        .orShould()
        .dependOnClassesThat()
        .belongToAnyOf(
            Clock.class,
            Instant.class,
            Random.class,
            Thread.class,
            File.class,
            InputStream.class,
            OutputStream.class)
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(Math.class, "random")
        .check(CLASSES);
  }

  @Test
  void onlyTheFileReaderKnowsYaml() {
    noClasses()
        .that()
        .doNotHaveSimpleName("LimitsFile")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("com.fasterxml..", "java.io..")
        .check(CLASSES);
  }
}
