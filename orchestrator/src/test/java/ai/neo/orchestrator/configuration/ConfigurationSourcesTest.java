package ai.neo.orchestrator.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigurationSourcesTest {
  @TempDir Path directory;

  private Configuration read(String file, Map<String, String> environment, String... set)
      throws IOException {
    Path path = directory.resolve("neo.yaml");
    if (!file.isEmpty()) {
      Files.writeString(path, file);
    }
    List<Given> options = new ArrayList<>();
    for (String each : set) {
      String[] pair = each.split("=", 2);
      options.add(new Given(pair[0], pair[1], new Origin.Option("--set")));
    }
    return new ConfigurationSources(path, Optional.empty(), environment, options).read();
  }

  private static Setting of(Configuration configuration, String key) {
    return configuration.settings().stream()
        .filter(setting -> setting.key().name().equals(key))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void theModelTierIsToldWhatIsSet() throws IOException {
    Configuration configuration =
        read(
            """
            gateway:
              admin: true
              allow_torchscript: true
              batch: "direction=32,other=8"
              inference_threads: 3
              model_threads: "direction=2,other=1"
              model_waiting: "other=7"
              forward: triton=h:1
              model_repository: /models
              trial_memory_mb: 64
            registry:
              policy_file: /policy.yaml
            """,
            Map.of("HOME", "/root"));
    assertThat(String.join(" ", configuration.modelTier().options()))
        .startsWith(
            "--max-waiting 256 --trial-memory-mb 64 --inference-threads 3 --batch direction=32 --batch other=8"
                + " --model-threads direction=2 --model-threads other=1 --model-waiting other=7"
                + " --allow-torchscript --admin --forward triton=h:1 --forward-hedge-ms 50"
                + " --model-repository /models --policy /policy.yaml --learning ");
  }

  @Test
  void withoutAnythingSetEachKeyHasItsDefault() throws IOException {
    Configuration configuration = read("", Map.of("HOME", "/root"));
    assertThat(configuration.page()).isEqualTo(new Configuration.Page("127.0.0.1", 8080));
    assertThat(configuration.modelTier())
        .isEqualTo(
            new Configuration.ModelTier(
                8001,
                8002,
                8003,
                Optional.empty(),
                List.of("-Xmx768m"),
                List.of(
                    "--max-waiting",
                    "256",
                    "--trial-memory-mb",
                    "2048",
                    "--learning",
                    "replay.prioritised=false",
                    "--learning",
                    "guards.probeChange=0.5",
                    "--learning",
                    "guards.importancePull=0",
                    "--learning",
                    "guards.driftSamples=0",
                    "--learning",
                    "journal.keptSegments=8",
                    "--quality",
                    "window=1024",
                    "--quality",
                    "falseAlarmEvery=30d",
                    "--quality",
                    "retrainOnDrift=false",
                    "--quality",
                    "retrainMaxAge=0",
                    "--quality",
                    "retrainEvery=0")));
    assertThat(configuration.stores()).isEqualTo(StoreAddresses.EMBEDDED);
    assertThat(configuration.run()).isEqualTo(new Configuration.Run(600, 42, 10_000_000_000_000L));
    assertThat(configuration.telemetry().otlpEndpoint()).isEmpty();
    assertThat(configuration.risk().instead()).isEmpty();
    assertThat(configuration.settings())
        .allMatch(setting -> setting.origin() instanceof Origin.Default);
  }

  @Test
  void theCommandLineHoldsOverTheEnvironmentOverTheFile() throws IOException {
    Configuration configuration =
        read(
            "# ours\npage:\n  port: 1001\ngateway: {port: 1002}\nmetrics:\n  port: 1003\n",
            Map.of("NEO_PAGE__PORT", "2001", "NEO_GATEWAY__PORT", "2002"),
            "page.port=3001");
    assertThat(configuration.page().port()).isEqualTo(3001);
    assertThat(configuration.modelTier().port()).isEqualTo(2002);
    assertThat(configuration.modelTier().metricsPort()).isEqualTo(1003);
    assertThat(of(configuration, "page.port").origin()).isEqualTo(new Origin.Option("--set"));
    assertThat(of(configuration, "gateway.port").origin())
        .isEqualTo(new Origin.Environment("NEO_GATEWAY__PORT"));
    assertThat(of(configuration, "metrics.port").origin())
        .isEqualTo(new Origin.File(directory.resolve("neo.yaml"), 6));
  }

  @Test
  void aChosenFileIsReadInsteadOfTheUsualOne() throws IOException {
    Path usual = Files.writeString(directory.resolve("neo.yaml"), "page: {port: 1}\n");
    Path chosen = Files.writeString(directory.resolve("other.yaml"), "run: {seed: 7}\n");
    Configuration configuration =
        new ConfigurationSources(usual, Optional.of(chosen), Map.of(), List.of()).read();
    assertThat(configuration.page().port()).isEqualTo(8080);
    assertThat(configuration.run().seed()).isEqualTo(7);
    Path missing = directory.resolve("missing.yaml");
    assertThatThrownBy(
            () -> new ConfigurationSources(usual, Optional.of(missing), Map.of(), List.of()).read())
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("missing.yaml is not there");
  }

  @Test
  void anUnknownKeyIsRefusedWhereverItStandsWithTheNearestKnownOne() {
    assertThatThrownBy(() -> read("page:\n  prot: 1\n", Map.of()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("neo.yaml:2: unknown key 'page.prot', did you mean 'page.port'?");
    assertThatThrownBy(() -> read("", Map.of("NEO_GATEWAY__PORTS", "1")))
        .hasMessageContaining("NEO_GATEWAY__PORTS: unknown key")
        .hasMessageContaining("did you mean 'NEO_GATEWAY__PORT'?");
    assertThatThrownBy(() -> read("", Map.of(), "jurnal.durability=os"))
        .hasMessageContaining("--set: unknown key 'jurnal.durability'")
        .hasMessageContaining("'journal.durability'");
  }

  @Test
  void everythingThatIsWrongIsToldAtOnce() {
    assertThatThrownBy(
            () -> read("page:\n  port: x\n", Map.of("NEO_RUN__SEED", "1.5"), "run.spead=1"))
        .satisfies(
            e ->
                assertThat(e.getMessage().lines())
                    .hasSize(3)
                    .anyMatch(line -> line.contains("neo.yaml:2: page.port=x, expected a port"))
                    .anyMatch(line -> line.contains("run.seed=1.5, expected a whole number"))
                    .anyMatch(line -> line.contains("'run.speed'")));
  }

  @ParameterizedTest
  @CsvSource({
    "page.port, 65536",
    "page.port, -1",
    "page.port, ''",
    "run.speed, 0",
    "run.speed, NaN",
    "run.speed, fast",
    "run.initial_cash, -5",
    "strategy.position_fraction, 1.5",
    "journal.durability, sometimes",
    "postgres.url, mysql://host/db",
    "redis.url, localhost",
    "telemetry.otlp_endpoint, 127.0.0.1:4317",
    "gateway.address, somewhere",
    "gateway.address, somewhere:0",
    "risk.max_daily_loss, -1",
    "risk.max_drawdown, 1.5",
    "risk.max_orders_per_minute, '5\nmax_drawdown: 1'"
  })
  void aValueOutsideWhatIsExpectedIsRefusedWithPlaceAndExpectation(String key, String text) {
    assertThatThrownBy(() -> read("", Map.of(), key + "=" + text))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("--set: " + key + "=")
        .hasMessageContaining("expected");
  }

  @Test
  void aFileThatIsNoMappingOfSectionsIsRefusedWithItsLine() {
    assertThatThrownBy(() -> read("- a\n", Map.of())).hasMessageContaining("neo.yaml:1");
    assertThatThrownBy(() -> read("page:\n  port: [1, 2]\n", Map.of()))
        .hasMessageContaining("neo.yaml:2: page.port is a list");
    assertThatThrownBy(() -> read("page:\n  port: 1\npage:\n  port: 2\n", Map.of()))
        .hasMessageContaining("neo.yaml:4: page.port is there twice");
    assertThatThrownBy(() -> read("page: {port: 1\n", Map.of()))
        .hasMessageContaining("no valid YAML");
  }

  @Test
  void anEmptyFileSetsNothing() throws IOException {
    assertThat(read("# nothing\n", Map.of()).page().port()).isEqualTo(8080);
  }

  @Test
  void deploymentsNamesOfTheStoresAreUnderstood() throws IOException {
    Configuration configuration =
        read(
            "",
            Map.of(
                "NEO_POSTGRES_URL", "postgresql://a:secret@db:5432/neo",
                "NEO_REDIS_URL", "redis://cache:6379",
                "NEO_REDIS__URL", "redis://other:6379",
                "NEO_SERVICE_PORT", "left to the scheduler"));
    assertThat(configuration.stores().postgresUrl()).contains("postgresql://a:secret@db:5432/neo");
    assertThat(configuration.stores().redisUrl()).contains("redis://other:6379");
  }

  @Test
  void passwordsAreShownNowhere() throws IOException {
    Setting setting =
        of(read("", Map.of(), "postgres.url=postgresql://a:hush@db/neo?x=1"), "postgres.url");
    assertThat(setting.shown()).isEqualTo("postgresql://a:***@db/neo?x=1");
    assertThat(setting.toString()).doesNotContain("hush");
    assertThatThrownBy(() -> read("", Map.of(), "redis.url=rediss://:hush@host name:1"))
        .hasMessageContaining("redis.url=")
        .message()
        .doesNotContain("hush");
    assertThat(
            of(read("", Map.of(), "postgres.url=postgres://db/neo?password=hush"), "postgres.url")
                .shown())
        .doesNotContain("hush");
  }

  @Test
  void anEmptyValueTakesBackWhatAnEarlierLayerSet() throws IOException {
    Configuration configuration =
        read("gateway: {address: 'host:1'}\n", Map.of(), "gateway.address=");
    assertThat(configuration.modelTier().elsewhere()).isEmpty();
  }

  @Test
  void averagesThatCannotCrossAreRefused() {
    assertThatThrownBy(() -> read("", Map.of(), "strategy.fast_bars=200"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("strategy.fast_bars=200 (--set), expected less than");
  }

  @Test
  void everyKeyCanBeSetByItsEnvironmentVariable() throws IOException {
    for (SettingKey key : SettingKeys.list()) {
      String text = key.defaultText();
      Configuration configuration = read("", Map.of(key.environmentName(), text));
      assertThat(of(configuration, key.name()).origin())
          .isEqualTo(new Origin.Environment(key.environmentName()));
    }
  }
}
