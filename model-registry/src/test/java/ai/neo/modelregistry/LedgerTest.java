package ai.neo.modelregistry;

import static ai.neo.modelregistry.TestRegistry.failure;
import static ai.neo.modelregistry.TestRegistry.move;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.neo.proto.registry.v1.HistoryRequest;
import ai.neo.proto.registry.v1.HistoryResponse;
import ai.neo.proto.registry.v1.LedgerEntry;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LedgerTest {
  @TempDir private static Path directory;
  private TestDatabase database;
  private TestRegistry neo;

  @BeforeAll
  void start(@ExtendWith(SharedPostgres.class) TestDatabase fresh) throws IOException {
    database = fresh;
    neo = new TestRegistry(new RegistrySettings(database.url(), directory));
  }

  @AfterAll
  void stop() throws IOException {
    neo.close();
  }

  @Test
  void anyoneCanCheckTheChainFromTheEntriesAlone() {
    fill("open");
    List<LedgerEntry> entries = neo.history("open").getEntriesList();
    assertThat(entries).extracting(LedgerEntry::getSequence).containsExactly(1L, 2L, 3L, 4L, 5L);
    assertThat(entries.getFirst().getPreviousHash()).isEqualTo(LedgerChain.GENESIS);
    assertThat(LedgerChain.firstBroken(entries)).isEmpty();
    assertThat(LedgerChain.firstBroken(entries.subList(1, 5))).hasValue(1);
  }

  /** A value computed outside, by Python's hashlib: the encoding is a contract. */
  @Test
  void theEncodingNeverChanges() {
    LedgerEntry entry =
        LedgerEntry.newBuilder()
            .setSequence(1)
            .setTime("2026-01-02T03:04:05.678901Z")
            .setModel("btc")
            .setVersion("1")
            .setAction("register")
            .setActor("trainer")
            .setReason("größer")
            .setEvidenceJson("{}")
            .setPreviousHash(LedgerChain.GENESIS)
            .build();
    assertThat(LedgerChain.hashOf(entry))
        .isEqualTo("93b57643e5796db26f57466a464c22cfe17334c1abebf253a0bf00bf7081fe7a");
    LedgerEntry shifted = entry.toBuilder().setActor("trainerg").setReason("rößer").build();
    assertThat(LedgerChain.hashOf(shifted)).isNotEqualTo(LedgerChain.hashOf(entry));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          UPDATE registry.ledger SET reason = 'x'
          DELETE FROM registry.ledger
          TRUNCATE registry.ledger
          UPDATE registry.version SET digest = repeat('a', 64)
          DELETE FROM registry.version
          TRUNCATE registry.version CASCADE
          """)
  void postgresItselfRefusesToChangeWhatWasRecorded(String sql) {
    fill("frozen-" + Math.floorMod(sql.hashCode(), 100_000));
    assertThatThrownBy(() -> execute(sql))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("is forbidden");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          reason   | UPDATE registry.ledger SET reason = 'nicer' WHERE sequence = 2
          actor    | UPDATE registry.ledger SET actor = 'somebody' WHERE sequence = 1
          evidence | UPDATE registry.ledger SET evidence_json = '{}' WHERE sequence = 5
          time     | UPDATE registry.ledger SET time = time - interval '1 hour' WHERE sequence = 3
          forged   | UPDATE registry.ledger SET hash = repeat('a', 64) WHERE sequence = 5
          gap      | DELETE FROM registry.ledger WHERE sequence = 2
          cut-off  | DELETE FROM registry.ledger WHERE sequence = 5
          emptied  | DELETE FROM registry.ledger WHERE sequence > 0
          """)
  void aSuperuserWhoDisablesTheTriggerIsFoundOut(String model, String tampering)
      throws SQLException {
    fill(model);
    assertThat(neo.history(model).getChainIntact()).isTrue();
    execute("ALTER TABLE registry.ledger DISABLE TRIGGER USER");
    try {
      execute(tampering + " AND model = '" + model + "'");
    } finally {
      execute("ALTER TABLE registry.ledger ENABLE TRIGGER USER");
    }
    HistoryResponse history = neo.history(model);
    assertThat(history.getChainIntact()).isFalse();

    // What is appended later does not heal it.
    neo.register(model, 5);
    assertThat(neo.history(model).getChainIntact()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          swapped-digest  | UPDATE registry.version SET digest = repeat('a', 64) WHERE version = 2
          swapped-format  | UPDATE registry.version SET format = 'onnx' WHERE version = 1
          swapped-feature | UPDATE registry.version SET feature_set_id = 'x' WHERE version = 1
          moved-alias     | UPDATE registry.alias SET version = 1 WHERE alias = 'champion'
          """)
  void rowsThatContradictTheLedgerAreFoundOut(String model, String tampering) throws SQLException {
    fill(model);
    execute("ALTER TABLE registry.version DISABLE TRIGGER USER");
    try {
      execute(tampering + " AND model = '" + model + "'");
    } finally {
      execute("ALTER TABLE registry.version ENABLE TRIGGER USER");
    }
    assertThat(neo.history(model).getChainIntact()).isFalse();
  }

  @Test
  void aLongHistoryComesInPages() {
    fill("pages");
    HistoryRequest first = HistoryRequest.newBuilder().setModel("pages").setLimit(3).build();
    assertThat(neo.stub.history(first).getEntriesList())
        .extracting(LedgerEntry::getSequence)
        .containsExactly(1L, 2L, 3L);
    HistoryResponse rest = neo.stub.history(first.toBuilder().setAfterSequence(3).build());
    assertThat(rest.getEntriesList()).extracting(LedgerEntry::getSequence).containsExactly(4L, 5L);
    assertThat(rest.getChainIntact()).isTrue();
    assertThat(failure(() -> neo.stub.history(first.toBuilder().setLimit(-1).build())).getCode())
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
  }

  private void fill(String model) {
    neo.register(model, 1);
    neo.register(model, 2);
    neo.stub.moveAlias(move(model, "", "1", "promote"));
    neo.stub.moveAlias(move(model, "1", "2", "promote"));
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
