package ai.neo.orchestrator.configuration;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where values come from; each overrides those before it.
 *
 * @param usualFile read if it is there
 * @param chosenFile read instead of it; has to be there
 * @param environment all variables of the process
 * @param options of the command line
 */
public record ConfigurationSources(
    Path usualFile,
    Optional<Path> chosenFile,
    Map<String, String> environment,
    List<Given> options) {
  public ConfigurationSources {
    environment = Map.copyOf(environment);
    options = List.copyOf(options);
  }

  /**
   * Reads and checks everything.
   *
   * @throws ConfigurationException naming each value that cannot be used, its place, what was
   *     expected and what to do
   */
  public Configuration read() {
    List<Given> all = new ArrayList<>();
    if (chosenFile.isPresent()) {
      all.addAll(ConfigurationFile.read(chosenFile.get()));
    } else if (Files.exists(usualFile)) {
      all.addAll(ConfigurationFile.read(usualFile));
    }
    all.addAll(ConfigurationEnvironment.read(environment));
    all.addAll(options);
    List<String> problems = new ArrayList<>();
    Map<String, Setting> set = new LinkedHashMap<>();
    for (Given given : all) {
      Optional<SettingKey> known = SettingKeys.find(given.key());
      if (known.isEmpty()) {
        problems.add(unknown(given));
        continue;
      }
      problem(known.get(), given).ifPresent(problems::add);
      set.put(given.key(), new Setting(known.get(), given.text(), given.origin()));
    }
    if (!problems.isEmpty()) {
      throw new ConfigurationException(problems);
    }
    List<Setting> settings = new ArrayList<>();
    for (SettingKey key : SettingKeys.list()) {
      settings.add(
          set.getOrDefault(key.name(), new Setting(key, key.defaultText(), new Origin.Default())));
    }
    return new Configuration(settings);
  }

  private static String unknown(Given given) {
    String nearest = NearestWord.to(given.key(), SettingKeys.names());
    SettingKey key = SettingKeys.find(nearest).orElseThrow();
    boolean inEnvironment = given.origin() instanceof Origin.Environment;
    return given.origin().describe()
        + ": unknown key '"
        + given.key()
        + "', did you mean '"
        + (inEnvironment ? key.environmentName() : nearest)
        + "'? ('./neo config show' lists all)";
  }

  /** Nothing is a value for a key that may be left out: it takes back what an earlier layer set. */
  private static Optional<String> problem(SettingKey key, Given given) {
    if (given.text().isEmpty() && key.defaultText().isEmpty()) {
      return Optional.empty();
    }
    return key.kind()
        .problem(given.text())
        .map(
            expected ->
                given.origin().describe()
                    + ": "
                    + key.name()
                    + "="
                    + key.kind().masked(given.text())
                    + ", "
                    + expected
                    + "; change it there, or take it out for the default");
  }
}
