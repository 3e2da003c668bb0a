package ai.neo.orchestrator.cli;

import ai.neo.orchestrator.RunDefinition;
import ai.neo.orchestrator.journal.CorruptJournalException;
import ai.neo.orchestrator.journal.JournaledRun;
import ai.neo.orchestrator.journal.Replay;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;

/** {@code ./neo replay}. */
@CommandLine.Command(
    name = "replay",
    mixinStandardHelpOptions = true,
    description = "Derives all that a run said again from what it heard, and compares.",
    footerHeading = "%nExamples:%n",
    footer = {"  ./neo replay ~/.neo/data/journal/run-1", "  ./neo replay JOURNAL --json"})
final class ReplayCommand implements Callable<Integer> {
  @CommandLine.Parameters(paramLabel = "JOURNAL", description = "A run's folder of journal files.")
  private Path journal;

  @CommandLine.Option(names = "--json", description = "The result as one JSON object.")
  private boolean json;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    JsonObject result;
    int code;
    try (JournaledRun run = JournaledRun.open(journal)) {
      RunDefinition definition = RunDefinition.fromJson(run.settingsJson());
      switch (Replay.run(run, definition::newLoop)) {
        case Replay.Result.Identical identical -> {
          code = 0;
          result =
              new JsonObject()
                  .put("result", "identical")
                  .put("inputs", identical.inputs())
                  .put("outputs", identical.outputs())
                  .put("decision_digest", identical.decisionDigest());
        }
        case Replay.Result.Different different -> {
          code = Neo.DIFFERENT;
          result =
              new JsonObject()
                  .put("result", "different")
                  .put("sequence", different.sequence())
                  .put("journaled", different.journaled())
                  .put("derived", different.derived());
        }
      }
    } catch (CorruptJournalException e) {
      code = Neo.CORRUPT;
      result =
          new JsonObject()
              .put("result", "corrupt")
              .put("segment", e.segment())
              .put("offset", e.offset())
              .put("sequence", e.sequence())
              .put("reason", e.getMessage());
    }
    if (json) {
      spec.commandLine().getOut().println(result.encode());
    } else {
      result.forEach(
          entry ->
              spec.commandLine().getOut().printf("%-16s %s%n", entry.getKey(), entry.getValue()));
    }
    return code;
  }
}
