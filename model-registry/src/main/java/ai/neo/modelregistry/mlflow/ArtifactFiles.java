package ai.neo.modelregistry.mlflow;

import ai.neo.modelregistry.Database;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which bytes lie under which path. Folders exist as long as files are in them. A path is a file or
 * a folder, never both.
 */
final class ArtifactFiles {
  /** Files of versions that came over gRPC: nobody else may write there. */
  static final String RESERVED_ROOT = "registry";

  private static final String SCHEME = "mlflow-artifacts:/";

  private final Database database;

  ArtifactFiles(Database database) {
    this.database = database;
  }

  /** Bytes in the store. */
  record StoredFile(String path, String digest, long sizeBytes) {
    String name() {
      return path.substring(path.lastIndexOf('/') + 1);
    }
  }

  /** The path in this store that an address means; empty when it means another store. */
  static Optional<String> pathOf(String uri) {
    if (!uri.startsWith(SCHEME) || uri.startsWith(SCHEME + "/")) {
      return Optional.empty();
    }
    return Optional.of(ArtifactPath.checked(uri.substring(SCHEME.length())));
  }

  static void requireWritable(String path) {
    if (path.isEmpty()) {
      throw MlflowException.invalid("Invalid path: it names no file");
    }
    if (path.equals(RESERVED_ROOT) || path.startsWith(RESERVED_ROOT + "/")) {
      throw new MlflowException(
          ErrorCode.PERMISSION_DENIED,
          "Files under '%s/' belong to registered versions and never change"
              .formatted(RESERVED_ROOT));
    }
  }

  /** Makes a path mean these bytes, at once. */
  void put(StoredFile file) {
    requireWritable(file.path());
    database.inTransaction(
        session -> {
          // One writer per root at a time: else a path could become both a file and a folder.
          int slash = file.path().indexOf('/');
          String root = slash < 0 ? file.path() : file.path().substring(0, slash);
          session.run("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", "artifacts/" + root);
          requireNoClash(session, file.path());
          session.run(
              "INSERT INTO registry.artifact_file (path, digest, size_bytes) VALUES ($1, $2, $3)"
                  + " ON CONFLICT (path) DO UPDATE SET digest = excluded.digest,"
                  + " size_bytes = excluded.size_bytes",
              file.path(),
              file.digest(),
              file.sizeBytes());
          return file;
        });
  }

  /** Refuses to write where a folder is, or under a file. Asked again when the bytes are there. */
  void requireNoClash(String path) {
    database.inSnapshot(
        session -> {
          requireNoClash(session, path);
          return path;
        });
  }

  private static void requireNoClash(Database.Session session, String path) {
    List<String> parents = new ArrayList<>();
    for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
      parents.add(path.substring(0, slash));
    }
    RowSet<Row> rows =
        session.run(
            "SELECT path FROM registry.artifact_file WHERE path = ANY($1)"
                + " OR path > $2 || '/' AND path < $2 || '0' LIMIT 1",
            parents.toArray(String[]::new),
            path);
    if (rows.size() > 0) {
      String other = rows.iterator().next().getString(0);
      throw MlflowException.invalid(
          "Invalid path: '%s' cannot be a file, because '%s' is one"
              .formatted(Names.shown(path), Names.shown(other)));
    }
  }

  /** The file; absent is RESOURCE_DOES_NOT_EXIST, a folder INVALID_PARAMETER_VALUE. */
  StoredFile get(String path) {
    List<StoredFile> files =
        database.inSnapshot(
            session -> {
              List<StoredFile> found = new ArrayList<>();
              for (Row row :
                  session.run(
                      "SELECT path, digest, size_bytes FROM registry.artifact_file"
                          + " WHERE path = $1 OR path > $1 || '/' AND path < $1 || '0'"
                          + " ORDER BY path LIMIT 1",
                      path)) {
                found.add(file(row));
              }
              return found;
            });
    if (files.isEmpty()) {
      throw MlflowException.absent("No such artifact: '%s'".formatted(Names.shown(path)));
    }
    if (!files.getFirst().path().equals(path)) {
      throw MlflowException.invalid(
          "'%s' is a folder; list it with ?path= instead".formatted(Names.shown(path)));
    }
    return files.getFirst();
  }

  /** All files in a folder and below, or the file itself. */
  static List<StoredFile> under(Database.Session session, String path) {
    List<StoredFile> files = new ArrayList<>();
    for (Row row :
        session.run(
            "SELECT path, digest, size_bytes FROM registry.artifact_file"
                + " WHERE path = $1 OR path > $1 || '/' AND path < $1 || '0' ORDER BY path",
            path)) {
      files.add(file(row));
    }
    return files;
  }

  private static StoredFile file(Row row) {
    return new StoredFile(row.getString(0), row.getString(1), row.getLong(2));
  }

  /** Forgets a file, or a folder with all that is in it. */
  JsonObject delete(String path) {
    requireWritable(path);
    return database.inTransaction(
        session -> {
          session.run(
              "DELETE FROM registry.artifact_file"
                  + " WHERE path = $1 OR path > $1 || '/' AND path < $1 || '0'",
              path);
          return new JsonObject();
        });
  }

  /**
   * What is directly in a folder; nothing for a file.
   *
   * @param shownBefore what stands before the names in the answer
   */
  JsonArray list(String folder, String shownBefore) {
    return database.inSnapshot(
        session -> {
          JsonArray files = new JsonArray();
          String begin = folder.isEmpty() ? "" : folder + "/";
          for (Row row :
              session.run(
                  """
                  SELECT name, bool_and(is_file), max(size_bytes) FROM (
                    SELECT split_part(rest, '/', 1) AS name, strpos(rest, '/') = 0 AS is_file,
                      size_bytes
                    FROM (SELECT substr(path, char_length($1::text) + 1) AS rest, size_bytes
                      FROM registry.artifact_file
                      WHERE $1 = '' OR path > $1 AND path < left($1, -1) || '0') AS a) AS b
                  GROUP BY name ORDER BY name COLLATE "C"
                  """,
                  begin)) {
            JsonObject file = new JsonObject().put("path", shownBefore + row.getString(0));
            boolean isFile = row.getBoolean(1);
            file.put("is_dir", !isFile);
            if (isFile) {
              file.put("file_size", row.getLong(2));
            }
            files.add(file);
          }
          return files;
        });
  }

  /** {@code artifacts/list}: paths relative to the run's root, unlike the proxy's. */
  JsonObject listOfRun(Fields fields, Caller caller) {
    String run = Runs.id(fields);
    String path = ArtifactPath.checked(fields.text("path"));
    String root =
        database.inSnapshot(
            session -> Runs.artifactUri(session, run).orElseThrow(() -> Runs.unknown(run)));
    return listed("run " + run, root, path);
  }

  /** {@code logged-models/ID/artifacts/directories}: the same of a logged model. */
  JsonObject listOfLoggedModel(String id, Fields fields) {
    String path = ArtifactPath.checked(fields.text("artifact_directory_path"));
    String root =
        database.inSnapshot(
            session ->
                LoggedModels.place(session, id)
                    .orElseThrow(() -> LoggedModels.unknown(id))
                    .artifactUri());
    return listed("logged model " + id, root, path);
  }

  private JsonObject listed(String owner, String root, String path) {
    JsonObject answer = new JsonObject().put("root_uri", root);
    String base =
        pathOf(root)
            .orElseThrow(
                () ->
                    MlflowException.invalid(
                        "The files of %s are at %s, which is not this server's"
                            .formatted(owner, Names.shown(root))));
    JsonArray files =
        list(path.isEmpty() ? base : base + "/" + path, path.isEmpty() ? "" : path + "/");
    return files.isEmpty() ? answer : answer.put("files", files);
  }
}
