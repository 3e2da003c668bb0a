package ai.neo.orchestrator.operations;

import ai.neo.orchestrator.configuration.Configuration;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Looks at all that a run needs before it is needed, and says how to mend what is wrong. */
public final class Doctor {
  private final Configuration configuration;
  private final Path dataDirectory;
  private final Path cache;

  /**
   * @param cache where native programs are unpacked
   */
  public Doctor(Configuration configuration, Path dataDirectory, Path cache) {
    this.configuration = configuration;
    this.dataDirectory = dataDirectory.toAbsolutePath().normalize();
    this.cache = cache;
  }

  /** Takes a few seconds: an embedded PostgreSQL is started to see whether it does. */
  public List<Finding> examine() {
    Optional<RunningNeo> running = RunningNeo.on(dataDirectory);
    List<Finding> findings = new ArrayList<>();
    findings.addAll(MachineChecks.all());
    findings.addAll(DiskChecks.all(dataDirectory));
    for (WantedPort port : WantedPort.of(configuration)) {
      findings.add(port(port, running));
    }
    StoreChecks stores = new StoreChecks(configuration.stores(), dataDirectory, cache);
    findings.add(stores.postgres(running));
    findings.add(stores.redis(running));
    findings.add(GatewayCheck.of(configuration.modelTier().elsewhere(), running));
    findings.addAll(JournalCheck.all(dataDirectory.resolve("journal"), running.isPresent()));
    return findings;
  }

  private static Finding port(WantedPort wanted, Optional<RunningNeo> running) {
    if (wanted.port() == 0) {
      return Finding.ok(wanted.key(), "a free one is taken at the start");
    }
    if (wanted.free()) {
      return Finding.ok(wanted.key(), wanted.port() + " on " + wanted.host() + " is free");
    }
    if (running
        .flatMap(neo -> neo.port(wanted.key()))
        .filter(p -> p == wanted.port())
        .isPresent()) {
      return Finding.ok(
          wanted.key(),
          wanted.port() + " is held by the Neo that runs here, process " + running.get().pid());
    }
    return Finding.fail(
        wanted.key(),
        wanted.port()
            + " on "
            + wanted.host()
            + " is taken by "
            + PortHolder.describe(wanted.port()),
        wanted.remedy());
  }
}
