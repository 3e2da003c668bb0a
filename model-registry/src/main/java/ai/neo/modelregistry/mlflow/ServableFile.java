package ai.neo.modelregistry.mlflow;

import ai.neo.modelregistry.ArtifactStore;
import ai.neo.modelregistry.Registration;
import ai.neo.modelregistry.RegistryException;
import ai.neo.modelregistry.mlflow.ArtifactFiles.StoredFile;
import ai.neo.proto.artifact.ArtifactFormat;
import ai.neo.proto.artifact.ArtifactRefusedException;
import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Finds, among the files of a version, the one that may be loaded. MLflow writes a folder: a model
 * and what describes it. Anything may be stored; what the allow-list refuses is kept with the
 * reason, and never loaded.
 */
final class ServableFile {
  private static final Pattern DESCRIPTION =
      Pattern.compile("mlmodel|.*\\.(json|ya?ml|txt|md|py|csv|html|png|svg)");

  private static final int FILES_MAX = 100;
  private static final int START_BYTES = 64;
  private static final int REASONS_MAX = 3;
  private static final int REASON_LENGTH_MAX = 400;

  private final ArtifactStore artifacts;
  private final String format;
  private final List<String> reasons = new ArrayList<>();

  private ServableFile(ArtifactStore artifacts, String format) {
    this.artifacts = artifacts;
    this.format = format;
  }

  /**
   * Looks at the files. Blocks and reads each of them at most twice.
   *
   * @param folder where they are
   * @param wanted the one to take, below the folder; "" for the only one that may be loaded
   * @param format what the registrar says it is; "" to go by the bytes
   */
  static Registration.Content find(
      ArtifactStore artifacts,
      String folder,
      List<StoredFile> files,
      String wanted,
      String format) {
    List<StoredFile> candidates =
        files.stream()
            .filter(
                file ->
                    wanted.isEmpty()
                        ? !DESCRIPTION.matcher(file.name().toLowerCase(Locale.ROOT)).matches()
                        : file.path().equals(folder + "/" + wanted))
            .toList();
    if (candidates.size() > FILES_MAX) {
      return refused(
          "it has %d files; at most %d are looked at".formatted(files.size(), FILES_MAX));
    }
    return new ServableFile(artifacts, format).among(candidates, wanted);
  }

  private Registration.Content among(List<StoredFile> candidates, String wanted) {
    List<Registration.Content> good = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (StoredFile file : candidates) {
      try {
        ByteString start = artifacts.start(file.digest(), START_BYTES);
        if (ArtifactFormat.mayBegin(start)) {
          good.add(admitted(file));
          names.add(file.name());
        } else {
          reasons.add(file.name() + " looks like " + ArtifactFormat.describe(start));
        }
      } catch (RegistryException | MlflowException | ArtifactRefusedException e) {
        reasons.add(file.name() + ": " + e.getMessage());
      }
    }
    if (good.size() == 1) {
      return good.getFirst();
    }
    if (good.size() > 1) {
      return refused(
          "it has %d files that could be loaded, %s; register it with the tag %s naming one of them"
              .formatted(good.size(), names, VersionFacts.FILE_TAG));
    }
    if (reasons.isEmpty()) {
      return refused(wanted.isEmpty() ? "it has no model file" : "it has no file '" + wanted + "'");
    }
    List<String> first = reasons.subList(0, Math.min(REASONS_MAX, reasons.size()));
    return refused(String.join("; ", first));
  }

  private Registration.Content admitted(StoredFile file) {
    if (file.sizeBytes() > ArtifactFormat.SIZE_MAX_BYTES) {
      throw MlflowException.invalid(
          "%s has %d bytes, more than the %d that are loaded"
              .formatted(file.name(), file.sizeBytes(), ArtifactFormat.SIZE_MAX_BYTES));
    }
    ArtifactFormat found = ArtifactFormat.admit(artifacts.get(file.digest()), format);
    return Registration.Content.admitted(file.digest(), found, file.sizeBytes());
  }

  private static Registration.Content refused(String why) {
    return Registration.Content.refused(
        why.length() <= REASON_LENGTH_MAX ? why : why.substring(0, REASON_LENGTH_MAX) + "…");
  }
}
