package ai.neo.orchestrator;

import ai.neo.orchestrator.journal.JournaledRun;
import ai.neo.orchestrator.journal.RunJournal;
import ai.neo.orchestrator.trading.LoopEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The journals of a data directory's runs, one folder {@code run-N} each. */
final class RunJournals {
  /** The id of a run that has none yet. */
  static final String UNNAMED = "run";

  private static final Logger LOG = LoggerFactory.getLogger(RunJournals.class);

  private RunJournals() {}

  /** A run with the id that its journal has given it. */
  record Opened(RunDefinition definition, Path directory, RunJournal journal) {}

  /**
   * What an earlier process of a run has heard.
   *
   * @param saidAfterLast how much of the answer to the last of it was journaled
   */
  record Earlier(List<LoopEvent> heard, int saidAfterLast) {}

  /** Goes on with the journal of the same run if that has not come to its end, or begins one. */
  static Opened open(Path journals, RunDefinition wanted, RunJournal.Durability durability)
      throws IOException {
    int number = 1;
    RunDefinition definition = wanted.named("run-" + number);
    Path directory = journals.resolve(definition.runId());
    while (Files.isDirectory(directory) && !continues(directory, definition)) {
      number++;
      definition = wanted.named("run-" + number);
      directory = journals.resolve(definition.runId());
    }
    RunJournal journal = RunJournal.open(directory, durability, LOG::warn);
    if (journal.isNew()) {
      journal.started(0, definition.toJson());
    }
    return new Opened(definition, directory, journal);
  }

  private static boolean continues(Path directory, RunDefinition definition) throws IOException {
    try (JournaledRun earlier = JournaledRun.open(directory)) {
      if (!earlier.settingsJson().equals(definition.toJson())) {
        return false;
      }
      for (var entries = earlier.remaining(); entries.hasNext(); ) {
        if (entries.next()
            instanceof JournaledRun.Entry.Heard(long sequence, LoopEvent.FeedEnded ended)) {
          return false;
        }
      }
      return true;
    } catch (NoSuchFileException e) {
      LOG.info("begins anew in {}: nothing was written there", directory);
      return true;
    }
  }

  /** All of it, in its order. */
  static Earlier earlier(Path directory) throws IOException {
    List<LoopEvent> heard = new ArrayList<>();
    int saidAfterLast = 0;
    try (JournaledRun earlier = JournaledRun.open(directory)) {
      for (var entries = earlier.remaining(); entries.hasNext(); ) {
        switch (entries.next()) {
          case JournaledRun.Entry.Heard(long sequence, LoopEvent event) -> {
            heard.add(event);
            saidAfterLast = 0;
          }
          case JournaledRun.Entry.Said said -> saidAfterLast++;
        }
      }
    }
    return new Earlier(heard, saidAfterLast);
  }
}
