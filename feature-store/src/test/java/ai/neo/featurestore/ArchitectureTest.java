package ai.neo.featurestore;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(
    packages = "ai.neo.featurestore",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String[] STORES = {
    "ai.neo.featurestore.redis..", "ai.neo.featurestore.postgres.."
  };

  @ArchTest
  static final ArchRule THE_CORE_KNOWS_NO_STORE_AND_NO_WIRE =
      noClasses()
          .that()
          .resideOutsideOfPackages(STORES)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.vertx..",
              "org.redisson..",
              "io.grpc..",
              "io.netty..",
              "org.flywaydb..",
              "java.sql..",
              "java.net..",
              "ai.neo.featurestore.redis..",
              "ai.neo.featurestore.postgres..");

  @ArchTest
  static final ArchRule THE_CORE_READS_NO_CLOCK =
      noClasses()
          .that()
          .resideOutsideOfPackages(STORES)
          .should()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.time.Clock")
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.time.Instant");

  @ArchTest
  static final ArchRule THE_CORE_DRAWS_NO_RANDOM_NUMBER_AND_STARTS_NO_THREAD =
      noClasses()
          .that()
          .resideOutsideOfPackages(STORES)
          .should()
          .dependOnClassesThat()
          .haveNameMatching("java\\.util\\..*Random.*|java\\.lang\\.Thread|.*\\.Executors");

  /** The same bits on every machine: Math's logarithm and sine may differ in the last one. */
  @ArchTest
  static final ArchRule RESULTS_DO_NOT_DEPEND_ON_THE_PROCESSOR =
      noClasses()
          .should()
          .callMethod(Math.class, "log", double.class)
          .orShould()
          .callMethod(Math.class, "exp", double.class)
          .orShould()
          .callMethod(Math.class, "sin", double.class)
          .orShould()
          .callMethod(Math.class, "cos", double.class)
          .orShould()
          .callMethod(Math.class, "pow", double.class, double.class);

  @ArchTest
  static final ArchRule PACKAGES_FORM_NO_CYCLE =
      slices().matching("ai.neo.(**)").should().beFreeOfCycles();
}
