package ai.neo.modelgateway.ensemble;

import ai.neo.modelgateway.engine.ArtifactFormats;
import ai.neo.modelgateway.engine.GoldenCheck;
import ai.neo.modelgateway.engine.ModelArtifact;
import ai.neo.modelgateway.engine.ModelEngine;
import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.modelgateway.engine.ServableModel;
import ai.neo.modelgateway.serving.VersionRegistry;
import ai.neo.proto.artifact.ArtifactRefusedException;
import ai.neo.proto.artifact.EnsembleFile;
import ai.neo.proto.learning.v1.Ensemble;
import ai.neo.proto.learning.v1.Member;
import ai.neo.proto.registry.v1.GoldenRow;
import com.google.protobuf.UnsafeByteOperations;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Loads an ensemble with copies of its members, each fetched from the registry and found to have
 * the digest that the ensemble names. A member is no ensemble, so that there are no cycles. Safe
 * for any thread; loading blocks on the registry.
 */
public final class EnsembleEngine implements ModelEngine {

  private final VersionRegistry registry;
  private final List<ModelEngine> engines;

  /**
   * @param engines of the members, asked in order which one reads a format
   */
  public EnsembleEngine(VersionRegistry registry, List<ModelEngine> engines) {
    this.registry = registry;
    this.engines = List.copyOf(engines);
  }

  @Override
  public boolean reads(String format) {
    return ArtifactFormats.NEO_ENSEMBLE.equals(format);
  }

  @Override
  public ServableModel load(ModelArtifact artifact) throws ModelRefusedException {
    Ensemble ensemble;
    try {
      ensemble = EnsembleFile.read(UnsafeByteOperations.unsafeWrap(artifact.content()));
    } catch (ArtifactRefusedException e) {
      throw new ModelRefusedException(e.getMessage(), e);
    }
    List<ServableModel> members = new ArrayList<>();
    try {
      for (Member member : ensemble.getMembersList()) {
        ServableModel loaded = load(member, artifact);
        members.add(loaded);
        requireSameRows(members.getFirst(), loaded);
      }
      EnsembleModel model = new EnsembleModel(artifact, members, Combiner.of(ensemble));
      GoldenCheck.require(model, goldenRows(ensemble));
      return model;
    } catch (ModelRefusedException | RuntimeException e) {
      members.forEach(ServableModel::close);
      throw e;
    }
  }

  private ServableModel load(Member member, ModelArtifact ensemble) throws ModelRefusedException {
    String name = "member " + member.getModel() + " version " + member.getVersion();
    ModelArtifact artifact;
    try {
      artifact = registry.fetch(member.getModel(), member.getVersion());
    } catch (ModelRefusedException e) {
      throw new ModelRefusedException(name + " cannot be had: " + e.getMessage(), e);
    }
    String actual = sha256(artifact.content());
    if (!actual.equals(member.getDigest()) || !artifact.digest().equalsIgnoreCase(actual)) {
      throw new ModelRefusedException(
          "%s has digest %s, the ensemble names %s".formatted(name, actual, member.getDigest()));
    }
    if (reads(artifact.format())) {
      throw new ModelRefusedException(name + " is an ensemble itself, which no member may be");
    }
    if (!artifact.featureSetId().equals(ensemble.featureSetId())) {
      throw new ModelRefusedException(
          "%s was made for feature set '%s', the ensemble for '%s'"
              .formatted(name, artifact.featureSetId(), ensemble.featureSetId()));
    }
    try {
      ArtifactFormats.check(artifact);
      return engine(artifact.format()).load(artifact);
    } catch (ModelRefusedException e) {
      throw new ModelRefusedException(name + ": " + e.getMessage(), e);
    }
  }

  private ModelEngine engine(String format) throws ModelRefusedException {
    return engines.stream()
        .filter(engine -> engine.reads(format))
        .findFirst()
        .orElseThrow(() -> new ModelRefusedException("no engine here reads format " + format));
  }

  private static void requireSameRows(ServableModel first, ServableModel other)
      throws ModelRefusedException {
    if (first.features() != other.features() || first.window() != other.window()) {
      throw new ModelRefusedException(
          "members take different rows: %s takes %d numbers, %s takes %d"
              .formatted(
                  first.artifact().version(),
                  first.features(),
                  other.artifact().version(),
                  other.features()));
    }
  }

  private static List<GoldenRow> goldenRows(Ensemble ensemble) {
    return ensemble.getGoldenList().stream()
        .map(
            golden ->
                GoldenRow.newBuilder()
                    .addAllFeatures(golden.getFeaturesList())
                    .addAllActionProbabilities(golden.getActionProbabilitiesList())
                    .setTolerance(golden.getTolerance())
                    .build())
        .toList();
  }

  private static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }
}
