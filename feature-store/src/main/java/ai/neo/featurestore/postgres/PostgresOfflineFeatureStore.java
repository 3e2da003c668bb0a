package ai.neo.featurestore.postgres;

import ai.neo.featurestore.FeatureVector;
import ai.neo.featurestore.OfflineFeatureStore;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Keeps every feature vector in PostgreSQL, in the table that {@link FeatureStoreSchema} makes.
 *
 * <p>A batch is one statement. Never blocks; the stages complete on the client's threads. The
 * client belongs to the caller.
 */
public final class PostgresOfflineFeatureStore implements OfflineFeatureStore {
  /**
   * All vectors come in one flat array with the end of each, because {@code unnest} takes nested
   * arrays apart to the last element.
   */
  private static final String INSERT =
      """
      insert into features.feature_vector (instrument, feature_set_id, time_ns, vector)
      select instrument, feature_set_id, time_ns, ($4::real[])[first : last]
      from unnest($1::text[], $2::text[], $3::bigint[], $5::int[], $6::int[])
        as batch(instrument, feature_set_id, time_ns, first, last)
      on conflict do nothing
      """;

  private static final String HISTORY =
      """
      select instrument, feature_set_id, time_ns, vector from features.feature_vector
      where instrument = $1 and time_ns >= $2 and time_ns < $3
      order by time_ns, feature_set_id limit $4
      """;

  private final SqlClient client;

  /**
   * @param client connected to the database that {@link FeatureStoreSchema#migrate} was run on
   */
  public PostgresOfflineFeatureStore(SqlClient client) {
    this.client = Objects.requireNonNull(client, "client");
  }

  @Override
  public CompletionStage<Void> append(List<FeatureVector> vectors) {
    if (vectors.isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    return client
        .preparedQuery(INSERT)
        .execute(batch(vectors))
        .<Void>mapEmpty()
        .toCompletionStage();
  }

  private static Tuple batch(List<FeatureVector> vectors) {
    int count = vectors.size();
    String[] instruments = new String[count];
    String[] featureSetIds = new String[count];
    Long[] timesNs = new Long[count];
    Integer[] first = new Integer[count];
    Integer[] last = new Integer[count];
    List<Float> flat = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      FeatureVector vector = vectors.get(i);
      instruments[i] = vector.instrument();
      featureSetIds[i] = vector.featureSetId();
      timesNs[i] = vector.timeNs();
      first[i] = flat.size() + 1;
      for (float value : vector.values()) {
        flat.add(value);
      }
      last[i] = flat.size();
    }
    return Tuple.tuple()
        .addArrayOfString(instruments)
        .addArrayOfString(featureSetIds)
        .addArrayOfLong(timesNs)
        .addArrayOfFloat(flat.toArray(Float[]::new))
        .addArrayOfInteger(first)
        .addArrayOfInteger(last);
  }

  @Override
  public CompletionStage<List<FeatureVector>> history(
      String instrumentSymbol, long fromNs, long toNs, int limit) {
    OfflineFeatureStore.checkedLimit(limit);
    return client
        .preparedQuery(HISTORY)
        .execute(Tuple.of(instrumentSymbol, fromNs, toNs, limit))
        .map(PostgresOfflineFeatureStore::vectors)
        .toCompletionStage();
  }

  private static List<FeatureVector> vectors(RowSet<Row> rows) {
    List<FeatureVector> vectors = new ArrayList<>(rows.size());
    for (Row row : rows) {
      Float[] boxed = row.getArrayOfFloats(3);
      float[] values = new float[boxed.length];
      for (int i = 0; i < values.length; i++) {
        values[i] = boxed[i];
      }
      vectors.add(new FeatureVector(row.getString(0), row.getString(1), row.getLong(2), values));
    }
    return List.copyOf(vectors);
  }
}
