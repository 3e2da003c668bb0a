package ai.neo.orchestrator.cli;

import ai.neo.orchestrator.configuration.Setting;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;

/** {@code ./neo config …}. */
@CommandLine.Command(
    name = "config",
    mixinStandardHelpOptions = true,
    description = "Shows what is set, and by whom.",
    subcommands = ConfigCommand.Show.class,
    footerHeading = "%nExamples:%n",
    footer = {"  ./neo config show", "  ./neo config show --origin"})
final class ConfigCommand {
  private ConfigCommand() {}

  /** {@code ./neo config show}. */
  @CommandLine.Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description = {
        "Every key with its value; passwords are masked.",
        "A key is set in a YAML file, in the environment as NEO_SECTION__KEY,"
            + " or by --set section.key=value; the later of these holds."
      },
      footerHeading = "%nExamples:%n",
      footer = {
        "  ./neo config show",
        "  ./neo config show --origin --config my.yaml",
        "  NEO_PAGE__PORT=9090 ./neo config show --json"
      })
  static final class Show implements Callable<Integer> {
    @CommandLine.Mixin private ConfigurationOptions configuration;

    @CommandLine.Option(
        names = "--origin",
        description = "Also the default, where the value comes from, and what the key is for.")
    private boolean origin;

    @CommandLine.Option(names = "--json", description = "All of it as one JSON object.")
    private boolean json;

    @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() {
      List<Setting> settings = configuration.read().settings();
      PrintWriter out = spec.commandLine().getOut();
      if (json) {
        JsonArray items = new JsonArray();
        settings.forEach(setting -> items.add(json(setting)));
        out.println(new JsonObject().put("items", items).encode());
      } else {
        settings.forEach(setting -> print(setting, out));
      }
      return 0;
    }

    private void print(Setting setting, PrintWriter out) {
      String name = setting.key().name();
      String value = setting.text().isEmpty() ? "-" : setting.shown();
      if (!origin) {
        out.printf(Locale.ROOT, "%-28s %s%n", name, value);
        return;
      }
      String byDefault = setting.key().defaultText();
      out.printf(
          Locale.ROOT,
          "%-28s %-34s default %-34s from %s%n",
          name,
          value,
          byDefault.isEmpty() ? "-" : byDefault,
          setting.origin().describe());
      out.printf(Locale.ROOT, "%28s %s%n", "", setting.key().description());
    }

    private static JsonObject json(Setting setting) {
      return new JsonObject()
          .put("key", setting.key().name())
          .put("value", setting.shown())
          .put("default", setting.key().defaultText())
          .put("origin", setting.origin().describe())
          .put("environment", setting.key().environmentName())
          .put("expected", setting.key().expected())
          .put("description", setting.key().description());
    }
  }
}
