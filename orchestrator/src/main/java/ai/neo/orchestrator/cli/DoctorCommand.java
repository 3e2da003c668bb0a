package ai.neo.orchestrator.cli;

import ai.neo.orchestrator.operations.Doctor;
import ai.neo.orchestrator.operations.Finding;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;

/** {@code ./neo doctor}. */
@CommandLine.Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = {
      "Looks at Java, ports, stores, disk, clock, gateway and journal, and says how to mend what"
          + " is wrong.",
      "Exit code 3 if anything fails; warnings are 0."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./neo doctor",
      "  ./neo doctor --json --data-dir /srv/neo",
      "  ./neo doctor --set postgres.url=postgresql://neo@db:5432/neo"
    })
final class DoctorCommand implements Callable<Integer> {
  @CommandLine.Mixin private ConfigurationOptions configuration;

  @CommandLine.Option(names = "--json", description = "All findings as one JSON object.")
  private boolean json;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Override
  public Integer call() {
    List<Finding> findings =
        new Doctor(
                configuration.read(),
                configuration.dataDir().path(),
                Path.of(System.getProperty("user.home"), ".neo", "cache"))
            .examine();
    boolean failed = findings.stream().anyMatch(one -> one.level() == Finding.Level.FAIL);
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      JsonArray items = new JsonArray();
      findings.forEach(finding -> items.add(json(finding)));
      out.println(
          new JsonObject().put("result", failed ? "fail" : "ok").put("items", items).encode());
    } else {
      findings.forEach(finding -> print(finding, out));
    }
    return failed ? Neo.DIFFERENT : 0;
  }

  private static void print(Finding finding, PrintWriter out) {
    out.printf(Locale.ROOT, "%-5s%-13s %s%n", finding.level(), finding.check(), finding.detail());
    if (!finding.remedy().isEmpty()) {
      out.printf(Locale.ROOT, "%18s -> %s%n", "", finding.remedy());
    }
  }

  private static JsonObject json(Finding finding) {
    return new JsonObject()
        .put("check", finding.check())
        .put("level", finding.level().name())
        .put("detail", finding.detail())
        .put("remedy", finding.remedy());
  }
}
