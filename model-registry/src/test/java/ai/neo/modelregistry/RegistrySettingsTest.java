package ai.neo.modelregistry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RegistrySettingsTest {
  private static final Path DIRECTORY = Path.of("artifacts");

  @Test
  void decodesPercentEncodedPartsAndLeavesPlusAlone() {
    PostgresAddress address =
        PostgresAddress.parse("postgresql://n%40o:p%40ss%2Fw%3A+%C3%A9%25@127.0.0.1:5433/n%65o");
    assertThat(address)
        .isEqualTo(new PostgresAddress("127.0.0.1", 5433, "neo", "n@o", "p@ss/w:+é%"));
  }

  @Test
  void knowsTheDefaultPortAnEmptyPasswordAndIpv6() {
    assertThat(PostgresAddress.parse("postgresql://neo@[::1]/db"))
        .isEqualTo(new PostgresAddress("::1", 5432, "db", "neo", ""));
  }

  @Test
  void neverShowsThePassword() {
    RegistrySettings settings =
        new RegistrySettings("postgresql://neo:s3cret%40x@localhost:5432/neo", DIRECTORY);
    assertThat(settings.toString())
        .contains("neo@localhost:5432/neo")
        .doesNotContain("s3cret")
        .doesNotContain("@x");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mysql://neo:s3cret@localhost/neo",
        "postgresql://neo:s3cret@localhost",
        "postgresql://neo:s3cret@localhost/",
        "postgresql://neo:s3cret@localhost/a/b",
        "postgresql://:s3cret@localhost/neo",
        "postgresql://localhost/neo?password=s3cret",
        "postgresql://neo:s3cret@localhost/neo#s3cret",
        "postgresql://neo:s3cret with space@localhost/neo",
        "postgresql://neo:s3cret%zz@localhost/neo",
        "postgresql://neo:s3cret%ff@localhost/neo",
        "postgresql://neo:s3cret/@localhost/neo",
        "s3cret",
        "",
      })
  void refusesWhatItCannotUseWithoutQuotingIt(String url) {
    assertThatThrownBy(() -> new RegistrySettings(url, DIRECTORY))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected postgresql://")
        .hasMessageNotContaining("s3cret")
        .hasNoCause();
  }
}
