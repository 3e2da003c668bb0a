package ai.neo.systemtests.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The other tests run as whoever builds; this one as an ordinary user where that is root. */
class OrdinaryUserTest {
  private static final String DAEMON = "1";

  /** Such as a container's user; PostgreSQL wants one that has a name. */
  private static final String NOBODY_KNOWS = "54321";

  @TempDir private Path folder;

  @BeforeEach
  void onlyRootCanBecomeSomebodyElse() throws Exception {
    assumeTrue(
        "root".equals(System.getProperty("user.name")),
        "every other test has run as an ordinary user already");
    assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/setpriv")), "no setpriv to become somebody else");
    Path home = Installation.home();
    assumeTrue(readableByAll(home), home + " cannot be read by other users");
  }

  @Test
  void runs() throws Exception {
    Finished ended = runAs(DAEMON);
    assertThat(ended.exitCode()).as(ended.err()).isZero();
    assertThat(ended.json().getLong("bars")).isEqualTo(1_000 - 250 - 120);
    assertThat(Files.getAttribute(folder.resolve("home/data/postgres"), "unix:uid"))
        .hasToString(DAEMON);
  }

  @Test
  void aUserWithoutANameIsToldWhatPostgresWants() throws Exception {
    Finished ended = runAs(NOBODY_KNOWS);
    assertThat(ended.exitCode()).as(ended.err()).isEqualTo(5);
    assertThat(ended.err())
        .contains("user does not exist", "NEO_POSTGRES_URL")
        .doesNotContain("\tat ");
  }

  private Finished runAs(String user) throws Exception {
    // JUnit's folder is root's alone.
    Path own = Files.createDirectory(folder.resolve("home"));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path candles = Candles.write(folder, 0, 1_000);
    new ProcessBuilder("chown", user + ":" + user, own.toString()).start().waitFor();
    NeoProcess.Surroundings somebody =
        new NeoProcess.Surroundings(
            List.of("setpriv", "--reuid=" + user, "--regid=" + user, "--clear-groups"),
            List.of("-Duser.home=" + own, NeoProcess.FIRST_COMPILER_ALONE),
            Map.of("HOME", own.toString()));
    try (NeoProcess run =
        NeoProcess.run(
            somebody,
            own.resolve("data"),
            "--until-end",
            "--data",
            candles.toString(),
            "--speed",
            "max")) {
      return run.awaitEnd(Duration.ofMinutes(3));
    }
  }

  private static boolean readableByAll(Path path) throws Exception {
    for (Path at = path; at != null; at = at.getParent()) {
      if (!PosixFilePermissions.toString(Files.getPosixFilePermissions(at)).endsWith("x")) {
        return false;
      }
    }
    return true;
  }
}
