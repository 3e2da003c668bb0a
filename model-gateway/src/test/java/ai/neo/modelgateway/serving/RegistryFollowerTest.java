package ai.neo.modelgateway.serving;

import static org.assertj.core.api.Assertions.assertThat;

import ai.neo.modelgateway.MemoryRegistry;
import ai.neo.modelgateway.TinyOnnx;
import ai.neo.modelgateway.engine.ModelArtifact;
import ai.neo.modelgateway.engine.OnnxEngine;
import ai.neo.modelgateway.protocol.MetricsPage;
import ai.neo.modelgateway.protocol.OtherModels;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import inference.ModelConfig;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What an operator sees of a registry that goes away and comes back. */
class RegistryFollowerTest {
  private final MemoryRegistry registry = new MemoryRegistry();
  private final ServingCatalog catalog = new ServingCatalog(registry, List.of(new OnnxEngine()));
  private final Logger log =
      (Logger) LoggerFactory.getLogger(RegistryFollower.class.getPackageName());
  private final Level level = log.getLevel();
  private final Lines lines = new Lines();

  @BeforeEach
  void start() {
    lines.start();
    log.setLevel(Level.INFO);
    log.addAppender(lines);
  }

  @AfterEach
  void stop() {
    log.detachAppender(lines);
    log.setLevel(level);
    catalog.close();
  }

  @Test
  void aRegistryThatIsLostIsToldOnceAndSoIsItsReturn() {
    registry.setAway(true);
    assertThat(metrics()).as("nobody follows").doesNotContain("neo_registry_up");
    try (RegistryFollower follower = follow()) {
      until(() -> metrics().contains("\nneo_registry_up 0\n") && lines.said("WARN the registry"));
      registry.setAway(false);
      until(() -> metrics().contains("\nneo_registry_up 1\n"));
      registry.setAway(true);
      until(() -> metrics().contains("\nneo_registry_up 0\n"));
      registry.setAway(false);
      until(() -> metrics().contains("\nneo_registry_up 1\n"));
      assertThat(follower).isNotNull();
    }
    // Between the two it may also have been lost while it was being followed.
    assertThat(lines.all)
        .filteredOn(line -> line.contains("the registry is "))
        .satisfiesExactly(
            lost -> assertThat(lost).startsWith("WARN the registry is lost (the store is down): "),
            back -> assertThat(back).matches("INFO the registry is back after [0-9.]+ s, .*"),
            lost -> assertThat(lost).startsWith("WARN the registry is lost"),
            back -> assertThat(back).startsWith("INFO the registry is back"));
  }

  @Test
  void whatIsServedFromElsewhereIsNotFollowedAndNoError() throws Exception {
    registry.add("m", "onnx", "", new TinyOnnx().bytes());
    ModelArtifact artifact = registry.fetch("m", "1");
    ServingTerms terms = ServingTerms.of(ModelConfig.getDefaultInstance());
    assertThat(catalog.install("m", List.of(new SuppliedVersion(artifact, terms)))).isEmpty();
    registry.add("n", "onnx", "f", new TinyOnnx().bytes());
    registry.moveChampion("n", "1", "", "promote", "another gateway", "a test");
    try (RegistryFollower follower = follow()) {
      until(() -> catalog.availability("n", "") == ServingCatalog.Availability.READY);
      assertThat(follower).isNotNull();
    }
    assertThat(catalog.availability("m", "")).isEqualTo(ServingCatalog.Availability.READY);
    assertThat(lines.all).noneMatch(line -> line.startsWith("ERROR"));
  }

  private RegistryFollower follow() {
    return RegistryFollower.start(
        registry,
        catalog,
        Set.of("n"),
        new RegistryListener() {
          @Override
          public void answers() {}

          @Override
          public void moved(String model) {}
        });
  }

  private String metrics() {
    return new MetricsPage(catalog, List::of, OtherModels.none()).text();
  }

  private static void until(BooleanSupplier holds) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (!holds.getAsBoolean()) {
      assertThat(System.nanoTime()).as("it never came to that").isLessThan(end);
      Thread.onSpinWait();
    }
  }

  private static final class Lines extends AppenderBase<ILoggingEvent> {
    private final List<String> all = new CopyOnWriteArrayList<>();

    boolean said(String beginning) {
      return all.stream().anyMatch(line -> line.startsWith(beginning));
    }

    @Override
    protected void append(ILoggingEvent event) {
      all.add(event.getLevel() + " " + event.getFormattedMessage());
    }
  }
}
