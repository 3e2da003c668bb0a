package ai.neo.modelregistry.mlflow;

import ai.neo.modelregistry.Database;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a new version's files are, from what its registrar says. A version may only come from the
 * run or model that is named with it, so that nobody registers another's files by guessing a path.
 *
 * @param source as it is kept
 * @param downloadUri where the files are
 * @param runId the run it belongs to; may be ""
 * @param copied the version that it is a copy of
 */
record VersionSource(String source, String downloadUri, String runId, Optional<Copied> copied) {
  private static final Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*):(.*)", 32);
  private static final Pattern MODEL_NUMBER = Pattern.compile("([^/]+)/(\\d+)");
  private static final Pattern MODEL_ALIAS = Pattern.compile("([^/@]+)@([^/@]+)");

  /** A registered version by its model's key. */
  record Copied(String model, int version) {}

  /**
   * What the registrar says.
   *
   * @param runId or ""
   * @param modelId of a logged model, or ""
   */
  record Claim(String source, String runId, String modelId) {
    static Claim of(Fields fields) {
      return new Claim(fields.required("source"), fields.text("run_id"), fields.text("model_id"));
    }
  }

  static VersionSource of(Database.Session session, Claim claim) {
    String source = claim.source();
    String decoded = ArtifactPath.fullyDecoded(source);
    if (Arrays.asList(decoded.split("[/\\\\]", -1)).contains("..") || decoded.indexOf('\0') >= 0) {
      throw refused(source, "it must not contain '..'");
    }
    Optional<LoggedModels.Place> model = Optional.empty();
    if (!claim.modelId().isEmpty()) {
      model = LoggedModels.place(session, claim.modelId());
      if (model.isEmpty()) {
        throw refused(source, "there is no logged model '%s'".formatted(claim.modelId()));
      }
    }
    Matcher scheme = SCHEME.matcher(source);
    boolean hasScheme = scheme.matches();
    return switch (hasScheme ? scheme.group(1).toLowerCase(Locale.ROOT) : "file") {
      case "file" -> local(session, claim, model);
      case "http", "https" -> throw refused(source, "files are not fetched over HTTP");
      case "runs" -> ofRun(claim, scheme.group(2));
      case "mlflow-artifacts" -> proxied(session, claim, model);
      case "models" -> ofModel(session, claim, scheme.group(2));
      default -> new VersionSource(source, source, claim.runId(), Optional.empty());
    };
  }

  private static VersionSource ofRun(Claim claim, String rest) {
    String path = rest.replaceFirst("^/+", "");
    int slash = path.indexOf('/');
    if (!(slash < 0 ? path : path.substring(0, slash)).equals(claim.runId())) {
      throw refused(claim.source(), "it must lie in the run that run_id names");
    }
    return new VersionSource(claim.source(), claim.source(), claim.runId(), Optional.empty());
  }

  private static VersionSource local(
      Database.Session session, Claim claim, Optional<LoggedModels.Place> model) {
    requireUnder(session, claim, model);
    return new VersionSource(claim.source(), claim.source(), claim.runId(), Optional.empty());
  }

  private static VersionSource proxied(
      Database.Session session, Claim claim, Optional<LoggedModels.Place> model) {
    if (ArtifactFiles.pathOf(claim.source()).isEmpty()) {
      throw refused(claim.source(), "it must name no other host");
    }
    requireUnder(session, claim, model);
    return new VersionSource(claim.source(), claim.source(), claim.runId(), Optional.empty());
  }

  private static void requireUnder(
      Database.Session session, Claim claim, Optional<LoggedModels.Place> model) {
    boolean isInRun =
        !claim.runId().isEmpty()
            && Runs.artifactUri(session, claim.runId())
                .filter(root -> isUnder(claim.source(), root))
                .isPresent();
    boolean isInModel =
        model.filter(place -> isUnder(claim.source(), place.artifactUri())).isPresent();
    if (!isInRun && !isInModel) {
      throw refused(
          claim.source(),
          "it must lie in the artifact folder of the run that run_id names, or of the model that"
              + " model_id names");
    }
  }

  private static boolean isUnder(String source, String root) {
    String path = source.endsWith("/") ? source.substring(0, source.length() - 1) : source;
    return path.equals(root) || path.startsWith(root + "/");
  }

  private static VersionSource ofModel(Database.Session session, Claim claim, String rest) {
    String name = rest.replaceFirst("^/+", "");
    if (name.startsWith("m-") && name.indexOf('/') < 0 && name.indexOf('@') < 0) {
      if (!claim.modelId().isEmpty() && !claim.modelId().equals(name)) {
        throw refused(claim.source(), "model_id names another model");
      }
      LoggedModels.Place place =
          LoggedModels.place(session, name)
              .orElseThrow(() -> refused(claim.source(), "there is no such logged model"));
      String run = claim.runId().isEmpty() ? place.sourceRunId() : claim.runId();
      return new VersionSource(claim.source(), place.artifactUri(), run, Optional.empty());
    }
    return ofVersion(session, claim, name);
  }

  private static VersionSource ofVersion(Database.Session session, Claim claim, String name) {
    Matcher number = MODEL_NUMBER.matcher(name);
    Matcher alias = MODEL_ALIAS.matcher(name);
    SqlQuery query =
        new SqlQuery("SELECT v.model, v.version, d.download_uri, d.run_id" + Json.VERSIONS);
    String title;
    if (number.matches()) {
      title = number.group(1);
      query.add(" AND v.version = " + query.bind(Names.version(number.group(2))));
    } else if (alias.matches()) {
      title = alias.group(1);
      query
          .add(" AND v.version = (SELECT a.version FROM registry.alias a WHERE a.model = v.model")
          .add(" AND a.alias = " + query.bind(alias.group(2)) + ")");
    } else {
      throw refused(claim.source(), "expected models:/NAME/VERSION or models:/NAME@ALIAS");
    }
    query.add(" AND m.title = " + query.bind(title));
    RowSet<Row> rows = query.run(session);
    if (rows.size() == 0) {
      throw MlflowException.absent(
          "There is no version '%s', from which one was to be made".formatted(Names.shown(name)));
    }
    Row row = rows.iterator().next();
    String run = row.getString(3);
    if (!claim.runId().isEmpty() && !claim.runId().equals(run)) {
      throw refused(claim.source(), "run_id is not that version's run '%s'".formatted(run));
    }
    return new VersionSource(
        "models:/" + title + "/" + row.getInteger(1),
        row.getString(2),
        run,
        Optional.of(new Copied(row.getString(0), row.getInteger(1))));
  }

  private static MlflowException refused(String source, String why) {
    return MlflowException.invalid(
        "Invalid model version source: '%s'; %s".formatted(Names.shown(source), why));
  }
}
