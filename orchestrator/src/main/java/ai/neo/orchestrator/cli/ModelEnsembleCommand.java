package ai.neo.orchestrator.cli;

import ai.neo.featurestore.FeatureSetDefinition;
import ai.neo.proto.artifact.ArtifactFormat;
import ai.neo.proto.artifact.ArtifactRefusedException;
import ai.neo.proto.artifact.EnsembleFile;
import ai.neo.proto.learning.v1.Ensemble;
import ai.neo.proto.learning.v1.Member;
import ai.neo.proto.registry.v1.ModelVersion;
import ai.neo.proto.registry.v1.RegistryServiceGrpc;
import ai.neo.proto.registry.v1.VersionName;
import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;

/** {@code ./neo model ensemble}. */
@CommandLine.Command(
    name = "ensemble",
    mixinStandardHelpOptions = true,
    description = {
      "Writes the file of an ensemble of versions, with the digests that they have now.",
      "It is registered by ./neo model push. Without weights the mean of their answers is its"
          + " answer."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./neo model ensemble 2 3 --out both.ensemble",
      "  ./neo model ensemble 2=3 3=1 --out both.ensemble      # version 2 counts three times",
      "  ./neo model ensemble direction@2 slow@1 --out both.ensemble"
    })
final class ModelEnsembleCommand implements Callable<Integer> {
  private static final Pattern MEMBER =
      Pattern.compile("(?:([a-z0-9][a-z0-9-]{0,62})@)?([1-9][0-9]{0,17})(?:=([0-9.eE+-]{1,24}))?");
  private static final long SECONDS = 20;

  @CommandLine.Mixin private RegistryDoor door;
  @CommandLine.Mixin private NewFile out;
  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @CommandLine.Parameters(
      arity = "2..16",
      paramLabel = "[NAME@]VERSION[=WEIGHT]",
      description = "Its members, of the model direction where no other is named.")
  private List<String> members;

  @CommandLine.Option(names = "--json", description = "On one line.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    out.check();
    List<Member> wanted = members.stream().map(ModelEnsembleCommand::parse).toList();
    long weighted = wanted.stream().filter(member -> member.getWeight() != 0).count();
    if (weighted != 0 && weighted != wanted.size()) {
      throw new IllegalArgumentException("either every member has a weight, or none");
    }
    Ensemble.Builder ensemble =
        Ensemble.newBuilder()
            .setCombination(
                weighted == 0 ? Ensemble.Combination.MEAN : Ensemble.Combination.WEIGHTED);
    JsonArray told = new JsonArray();
    List<ModelVersion> versions =
        door.with(channel -> wanted.stream().map(member -> version(channel, member)).toList());
    for (int i = 0; i < versions.size(); i++) {
      requireAlike(versions.getFirst(), versions.get(i));
      Member member = wanted.get(i).toBuilder().setDigest(versions.get(i).getDigest()).build();
      ensemble.addMembers(member);
      told.add(
          new JsonObject()
              .put("model", member.getModel())
              .put("version", member.getVersion())
              .put("digest", member.getDigest()));
    }
    out.write(file(ensemble.build()).toByteArray());
    JsonObject result =
        new JsonObject()
            .put("file", out.path().toString())
            .put("combination", ensemble.getCombination().name())
            .put("members", told);
    spec.commandLine().getOut().println(json ? result.encode() : result.encodePrettily());
    return 0;
  }

  private static Member parse(String text) {
    Matcher parts = MEMBER.matcher(text);
    try {
      if (parts.matches()) {
        Member.Builder member =
            Member.newBuilder()
                .setModel(parts.group(1) == null ? ModelTierCalls.MODEL : parts.group(1))
                .setVersion(parts.group(2));
        if (parts.group(3) != null) {
          member.setWeight(positive(text, Double.parseDouble(parts.group(3))));
        }
        return member.build();
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("the weight of '" + text + "' is no number", e);
    }
    throw new IllegalArgumentException(
        "'" + text + "' is no member; expected VERSION, NAME@VERSION or VERSION=WEIGHT");
  }

  private static double positive(String text, double weight) {
    if (weight > 0 && weight <= 1e6) {
      return weight;
    }
    throw new IllegalArgumentException(
        "the weight of '" + text + "' must be above 0 and at most 1e6");
  }

  private static ModelVersion version(Channel channel, Member member) {
    return RegistryServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(SECONDS, TimeUnit.SECONDS)
        .getVersion(
            VersionName.newBuilder()
                .setModel(member.getModel())
                .setVersion(member.getVersion())
                .build());
  }

  /** What a gateway would refuse only when the ensemble is promoted. */
  private static void requireAlike(ModelVersion first, ModelVersion version) {
    String name = version.getModel() + " version " + version.getVersion();
    if (version.getFormat().equals(ArtifactFormat.NEO_ENSEMBLE.wireName())) {
      throw new IllegalArgumentException(name + " is an ensemble itself, which no member may be");
    }
    if (!version.getFeatureSetId().equals(first.getFeatureSetId())) {
      throw new IllegalArgumentException(
          "%s takes the feature set '%s', %s version %s takes '%s': members take the same rows"
              .formatted(
                  name,
                  version.getFeatureSetId(),
                  first.getModel(),
                  first.getVersion(),
                  first.getFeatureSetId()));
    }
    int numbers = numbers(version);
    int those = numbers(first);
    if (numbers > 0 && those > 0 && numbers != those) {
      throw new IllegalArgumentException(
          "%s takes rows of %s, %s version %s of %s: members take the same rows"
              .formatted(name, rows(version), first.getModel(), first.getVersion(), rows(first)));
    }
  }

  /** In a row that it takes, by the rows that its maker registered; 0 where there are none. */
  private static int numbers(ModelVersion version) {
    return version.getGoldenRows().getRowsCount() == 0
        ? 0
        : version.getGoldenRows().getRows(0).getFeaturesCount();
  }

  /** {@code 384 numbers (16 vectors of 24)}. */
  private static String rows(ModelVersion version) {
    FeatureSetDefinition features = FeatureSetDefinition.bundled(FeatureSetDefinition.DEFAULT);
    int numbers = numbers(version);
    int width = features.width();
    return numbers
        + " numbers"
        + (version.getFeatureSetId().equals(features.id()) && numbers % width == 0
            ? " (%d vectors of %d)".formatted(numbers / width, width)
            : "");
  }

  private static ByteString file(Ensemble ensemble) {
    ByteString content = EnsembleFile.write(ensemble);
    try {
      EnsembleFile.read(content);
    } catch (ArtifactRefusedException e) {
      throw new IllegalArgumentException(e.getMessage(), e); // such as one version twice
    }
    return content;
  }
}
