package ai.neo.orchestrator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** What a person meets who mistypes, or whose machine is not as it should be. */
class CommandLineTest {
  @TempDir Path directory;

  /** What a command came to. */
  private record Result(int code, String out, String err) {}

  private static Result neo(Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    List<String> words = new ArrayList<>();
    for (Object argument : arguments) {
      words.add(argument.toString());
    }
    int code =
        Neo.commandLine()
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(words.toArray(String[]::new));
    return new Result(code, out.toString(), err.toString());
  }

  static List<CommandLine> commands() {
    List<CommandLine> all = new ArrayList<>();
    collect(Neo.commandLine(), all);
    return all;
  }

  private static void collect(CommandLine command, List<CommandLine> all) {
    all.add(command);
    command.getSubcommands().values().forEach(each -> collect(each, all));
  }

  @Test
  void everyCommandHasHelpWithExamplesAndAWordOnEachOption() {
    assertThat(commands()).hasSizeGreaterThan(15);
    for (CommandLine command : commands()) {
      CommandLine.Model.CommandSpec spec = command.getCommandSpec();
      String help = command.getUsageMessage(CommandLine.Help.Ansi.OFF);
      assertThat(help).as(spec.qualifiedName()).contains("Examples:").contains("./neo");
      assertThat(spec.usageMessage().description()).as(spec.qualifiedName()).isNotEmpty();
      Stream.concat(spec.options().stream(), spec.positionalParameters().stream())
          .forEach(
              each ->
                  assertThat(each.description())
                      .as(spec.qualifiedName() + " " + each.paramLabel())
                      .isNotEmpty());
    }
  }

  /** Lists of commands show the first of a description's parts, and no more. */
  @Test
  void whatAListOfCommandsShowsOfEachIsAWholeSentence() {
    for (CommandLine command : commands()) {
      CommandLine.Model.CommandSpec spec = command.getCommandSpec();
      assertThat(spec.usageMessage().description()[0]).as(spec.qualifiedName()).endsWith(".");
    }
  }

  @ParameterizedTest
  @MethodSource("mistypes")
  void aSlipIsAnsweredWithTheNearestThatIsKnown(List<String> words, String answer) {
    Result result = neo(words.toArray());
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).contains(answer).contains("--help").hasLineCount(1);
  }

  static Stream<org.junit.jupiter.params.provider.Arguments> mistypes() {
    return Stream.of(
        org.junit.jupiter.params.provider.Arguments.of(
            List.of("run", "--sped", "max"), "unknown option '--sped', did you mean '--speed'?"),
        org.junit.jupiter.params.provider.Arguments.of(
            List.of("run", "--jsno"), "did you mean '--json'?"),
        org.junit.jupiter.params.provider.Arguments.of(
            List.of("dcotor"), "unexpected 'dcotor', did you mean 'doctor'?"),
        org.junit.jupiter.params.provider.Arguments.of(
            List.of("model", "lsit"), "did you mean 'list'?"),
        org.junit.jupiter.params.provider.Arguments.of(
            List.of("run", "--set", "page.port"), "KEY=VALUE"),
        org.junit.jupiter.params.provider.Arguments.of(List.of("completion", "fish"), "BASH, ZSH"));
  }

  @Test
  void anUnknownKeyIsUsageAndNamesTheNearest() {
    Result result = neo("run", "--data-dir", directory, "--set", "page.prot=1");
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err())
        .contains("neo: --set: unknown key 'page.prot', did you mean 'page.port'?");
    assertThat(directory).as("nothing was begun").isEmptyDirectory();
  }

  @Test
  void aNegativeLimitIsUsageWhereverItIsSet() throws Exception {
    Result set = neo("run", "--data-dir", directory, "--set", "risk.max_daily_loss=-1");
    assertThat(set.code()).isEqualTo(2);
    assertThat(set.err()).contains("risk.max_daily_loss=-1, expected zero or more");
    Path file = Files.writeString(directory.resolve("neo.yaml"), "risk:\n  max_drawdown: -0.1\n");
    Result written = neo("run", "--data-dir", directory);
    assertThat(written.code()).isEqualTo(2);
    assertThat(written.err()).contains(file + ":2: risk.max_drawdown=-0.1, expected zero or more");
  }

  @Test
  void configShowSaysWhoSetWhatAndKeepsSecrets() throws Exception {
    Files.writeString(
        directory.resolve("neo.yaml"), "postgres:\n  url: postgresql://neo:hush@db/neo\n");
    Result result =
        neo("config", "show", "--json", "--data-dir", directory, "--set", "page.port=0");
    assertThat(result.code()).isZero();
    assertThat(result.out()).doesNotContain("hush");
    JsonArray items = new JsonObject(result.out()).getJsonArray("items");
    assertThat(item(items, "page.port").getString("value")).isEqualTo("0");
    assertThat(item(items, "page.port").getString("default")).isEqualTo("8080");
    assertThat(item(items, "page.port").getString("origin")).isEqualTo("--set");
    assertThat(item(items, "postgres.url").getString("origin")).endsWith("neo.yaml:2");
    assertThat(item(items, "run.seed").getString("origin")).isEqualTo("default");
    Result table = neo("config", "show", "--origin", "--data-dir", directory);
    assertThat(table.out()).contains("neo.yaml:2").doesNotContain("hush");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aTakenPortNamesItsHolderAndTheKeyBeforeAnythingIsStarted() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = taken.getLocalPort();
      Result result =
          neo(
              "run",
              "--data-dir",
              directory,
              "--set",
              "page.port=" + port,
              "--set",
              "gateway.port=0",
              "--set",
              "metrics.port=0",
              "--set",
              "registry.port=0");
      assertThat(result.code()).isEqualTo(2);
      assertThat(result.err())
          .contains("page.port=" + port + " on 127.0.0.1 is taken by process ")
          .contains("process " + ProcessHandle.current().pid() + " (")
          .contains("--set page.port=PORT");
      assertThat(directory.resolve("postgres")).doesNotExist();
    }
  }

  @Test
  void aDataDirectoryThatCannotBeOneIsUsage() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "");
    Result result = neo("run", "--data-dir", file.resolve("below"));
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("cannot be written").contains("--data-dir");
  }

  @Test
  void theDoctorFailsWithAWayOutAndGoesOnLooking() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "");
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Result result =
          neo(
              "doctor",
              "--json",
              "--data-dir",
              file.resolve("below"),
              "--set",
              "page.port=" + taken.getLocalPort(),
              "--set",
              "gateway.port=0",
              "--set",
              "metrics.port=0",
              "--set",
              "registry.port=0",
              "--set",
              "gateway.address=127.0.0.1:1",
              "--set",
              "postgres.url=postgresql://neo@127.0.0.1:1/neo",
              "--set",
              "redis.url=redis://127.0.0.1:1");
      assertThat(result.code()).isEqualTo(3);
      JsonObject json = new JsonObject(result.out());
      assertThat(json.getString("result")).isEqualTo("fail");
      JsonArray items = json.getJsonArray("items");
      for (String check : List.of("data-dir", "page.port", "postgres", "redis", "gateway")) {
        assertThat(item(items, check).getString("level")).as(check).isEqualTo("FAIL");
        assertThat(item(items, check).getString("remedy")).as(check).isNotBlank();
      }
      assertThat(item(items, "journal").getString("level")).isEqualTo("OK");
    }
  }

  @Test
  void withoutARunningNeoAnOperatorsCommandIsToldHowToStartOne() {
    Result result = neo("halt", "--data-dir", directory);
    assertThat(result.code()).isEqualTo(5);
    assertThat(result.err()).contains("no Neo runs on").contains("./neo run");
  }

  private static JsonObject item(JsonArray items, String name) {
    return items.stream()
        .map(JsonObject.class::cast)
        .filter(each -> name.equals(each.getString("key")) || name.equals(each.getString("check")))
        .findFirst()
        .orElseThrow(() -> new AssertionError(name + " is not in " + items));
  }
}
