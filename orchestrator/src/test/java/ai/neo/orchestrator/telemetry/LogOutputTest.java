package ai.neo.orchestrator.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import ai.neo.orchestrator.configuration.Configuration.LogFormat;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

class LogOutputTest {
  private static final Logger LOG = LoggerFactory.getLogger(LogOutputTest.class);

  @TempDir Path directory;

  /** The product's own settings, not the quieter ones of tests. */
  @BeforeEach
  void logAsTheProductDoes() throws Exception {
    configure("/logback.xml");
  }

  @AfterEach
  void logAsTestsDo() throws Exception {
    configure("/logback-test.xml");
  }

  private static void configure(String resource) throws Exception {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.reset();
    JoranConfigurator configurator = new JoranConfigurator();
    configurator.setContext(context);
    configurator.doConfigure(LogOutputTest.class.getResource(resource));
  }

  @Test
  void jsonLinesCarryIdsAsFields() throws Exception {
    try (LogOutput output = LogOutput.open(LogFormat.JSON, directory)) {
      output.run("run-3");
      LOG.atInfo()
          .addKeyValue("order_id", "neo-1-9")
          .addKeyValue("decision_id", 7)
          .log("order sent");
      LOG.atError().setCause(new IllegalStateException("broken")).log("failed");
    }
    LOG.error("this one belongs to the time after");
    List<String> lines = Files.readAllLines(directory.resolve("neo.log"));
    assertThat(lines).hasSize(2);
    JsonObject sent = new JsonObject(lines.getFirst());
    assertThat(sent.getString("message")).isEqualTo("order sent");
    assertThat(sent.getString("level")).isEqualTo("INFO");
    assertThat(sent.getString("order_id")).isEqualTo("neo-1-9");
    assertThat(sent.getInteger("decision_id")).isEqualTo(7);
    assertThat(sent.getString("run_id")).isEqualTo("run-3");
    assertThat(sent.getString("@timestamp")).endsWith("Z");
    assertThat(new JsonObject(lines.getLast()).getString("stack_trace")).contains("broken");
  }

  @Test
  void textLinesCarryIdsAsPairs() throws Exception {
    try (LogOutput output = LogOutput.open(LogFormat.TEXT, directory)) {
      output.run("run-4");
      LOG.atInfo().addKeyValue("order_id", "neo-1-9").log("order sent");
    }
    assertThat(Files.readString(directory.resolve("neo.log")))
        .matches("(?s)\\d{4}-\\S+Z INFO  LogOutputTest order sent order_id=neo-1-9 run_id=run-4\n");
  }

  @Test
  void othersAreHeardOnlyFromWarningsOn() throws Exception {
    try (LogOutput output = LogOutput.open(LogFormat.TEXT, directory)) {
      output.run("run-5");
      for (String other :
          List.of(
              "io.vertx.x", "io.netty.x", "org.redisson.x", "io.grpc.x", "io.opentelemetry.x")) {
        LoggerFactory.getLogger(other).info("chatter of {}", other);
        java.util.logging.Logger.getLogger(other).info("chatter through java.util.logging");
        LoggerFactory.getLogger(other).warn("warning of {}", other);
      }
      java.util.logging.Logger.getLogger("io.grpc.x").warning("through java.util.logging");
    }
    String text = Files.readString(directory.resolve("neo.log"));
    assertThat(text).doesNotContain("chatter");
    assertThat(text.lines().filter(line -> line.contains("warning of"))).hasSize(5);
    assertThat(text).contains("through java.util.logging");
  }
}
