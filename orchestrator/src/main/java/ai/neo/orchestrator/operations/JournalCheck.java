package ai.neo.orchestrator.operations;

import ai.neo.orchestrator.journal.CorruptJournalException;
import ai.neo.orchestrator.journal.JournalReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Reads every frame of every run's journal and checks it. */
final class JournalCheck {
  private static final String CHECK = "journal";

  private JournalCheck() {}

  /**
   * @param written whether somebody may be writing now: then the last frame may be half there
   */
  static List<Finding> all(Path journals, boolean written) {
    if (!Files.isDirectory(journals)) {
      return List.of(Finding.ok(CHECK, "none yet"));
    }
    List<Path> runs;
    try (Stream<Path> all = Files.list(journals)) {
      runs = all.filter(Files::isDirectory).sorted().toList();
    } catch (IOException e) {
      return List.of(
          Finding.fail(CHECK, journals + " cannot be read (" + e + ")", "check its rights"));
    }
    List<Finding> findings = new ArrayList<>();
    runs.forEach(run -> findings.add(run(run, written)));
    return findings.isEmpty() ? List.of(Finding.ok(CHECK, "none yet")) : findings;
  }

  private static Finding run(Path run, boolean written) {
    String name = run.getFileName().toString();
    try (JournalReader reader = JournalReader.open(run)) {
      while (reader.next().isPresent()) { // Each frame is checked as it is passed.
      }
      String frames = String.format(Locale.ROOT, "%s: %,d frames", name, reader.nextSequence() - 1);
      Optional<String> torn = written ? Optional.empty() : reader.torn();
      return torn.isEmpty()
          ? Finding.ok(CHECK, frames + ", whole")
          : Finding.warn(
              CHECK,
              frames + ", then a torn one (" + torn.get() + ")",
              "nothing: a crash leaves this behind, and the next start cuts it off");
    } catch (CorruptJournalException e) {
      return Finding.fail(
          CHECK,
          name + ": " + e.getMessage(),
          "restore "
              + run
              + " from a backup, or move it away: the next start then begins a new run");
    } catch (NoSuchFileException e) {
      return Finding.ok(CHECK, name + ": empty");
    } catch (IOException e) {
      return Finding.fail(
          CHECK, name + " cannot be read (" + e + ")", "check the rights of " + run);
    }
  }
}
