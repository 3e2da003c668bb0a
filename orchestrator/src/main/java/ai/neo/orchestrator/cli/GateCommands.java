package ai.neo.orchestrator.cli;

import ai.neo.orchestrator.gateway.ArtifactDifference;
import ai.neo.orchestrator.gateway.EvaluationText;
import ai.neo.orchestrator.gateway.RegistryDesk;
import ai.neo.orchestrator.gateway.RegistryView;
import ai.neo.proto.registry.v1.Artifact;
import ai.neo.proto.registry.v1.Evaluation;
import ai.neo.proto.signing.SigningKey;
import ai.neo.proto.signing.Statements;
import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;

/** The commands of {@code ./neo model} about gates, signatures and proofs. */
final class GateCommands {
  private GateCommands() {}

  /** What they have in common. */
  abstract static class OfModel implements Callable<Integer> {
    @CommandLine.Mixin private RegistryDoor door;

    @CommandLine.Mixin private ModelOption model;

    @CommandLine.Option(names = "--json", description = "The answer on one line.")
    private boolean json;

    @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

    abstract JsonObject ask(Channel channel);

    int code(JsonObject answer) {
      return 0;
    }

    String actor() {
      return door.actor();
    }

    ModelOption model() {
      return model;
    }

    RegistryDoor door() {
      return door;
    }

    @Override
    public Integer call() {
      JsonObject answer = door.with(this::ask);
      spec.commandLine().getOut().println(json ? answer.encode() : answer.encodePrettily());
      return code(answer);
    }
  }

  @CommandLine.Command(
      name = "gates",
      mixinStandardHelpOptions = true,
      description = {
        "What each gate would say to a promotion now; exit code 3 if one refuses.",
        "Then the requests for it that wait for a second person, with the id to approve."
      },
      footerHeading = "%nExamples:%n",
      footer = {"  ./neo model gates 3", "  ./neo model gates spread@3 --json"})
  static final class Gates extends OfModel {
    @CommandLine.Parameters(
        paramLabel = "[NAME@]VERSION",
        description = "Of the model direction where no other is named.")
    private String version;

    @Override
    JsonObject ask(Channel channel) {
      ModelName wanted = model().version(version);
      return new RegistryDesk(channel, wanted.name()).gates(wanted.version(), Instant.now());
    }

    @Override
    int code(JsonObject answer) {
      return answer.getBoolean("passed") ? 0 : Neo.DIFFERENT;
    }
  }

  @CommandLine.Command(
      name = "approve",
      mixinStandardHelpOptions = true,
      description = "Approves somebody else's request, and promotes the version.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  ./neo model approve 7 --actor bert",
        "  ./neo model approve 7 --actor bert --only"
      })
  static final class Approve extends OfModel {
    @CommandLine.Parameters(paramLabel = "ID", description = "Of the request.")
    private long id;

    @CommandLine.Option(names = "--reason", description = "Why; it is kept in the ledger.")
    private String reason = "approved";

    @CommandLine.Option(names = "--only", description = "Approve, and leave promoting to others.")
    private boolean only;

    @Override
    JsonObject ask(Channel channel) {
      JsonObject approved = new RegistryDesk(channel, model().name()).approve(id, actor(), reason);
      if (only) {
        return approved;
      }
      JsonObject promoted =
          door()
              .withGateway(
                  gateway ->
                      new RegistryView(gateway, approved.getString("model"))
                          .promote(approved.getString("version"), actor(), reason));
      return approved.put("promoted", promoted);
    }
  }

  @CommandLine.Command(
      name = "verify",
      mixinStandardHelpOptions = true,
      description = {
        "Computes ledger, aliases, digests and formats again.",
        "Exit code 4 if the ledger or an artifact is damaged, 3 if anything else does not fit."
      },
      footerHeading = "%nExamples:%n",
      footer = {"  ./neo model verify", "  ./neo model verify spread --json"})
  static final class Verify extends OfModel {
    @CommandLine.Parameters(
        arity = "0..1",
        paramLabel = "NAME",
        description = "The model (default: direction), as --model names it.")
    private Optional<String> named = Optional.empty();

    @Override
    JsonObject ask(Channel channel) {
      return new RegistryDesk(channel, NamedModel.name(named, model().given())).verify();
    }

    @Override
    int code(JsonObject answer) {
      JsonArray problems = answer.getJsonArray("problems");
      boolean damaged =
          problems.stream()
              .map(JsonObject.class::cast)
              .map(problem -> problem.getString("what"))
              .anyMatch(what -> what.equals("ledger") || what.equals("artifact"));
      return problems.isEmpty() ? 0 : damaged ? Neo.CORRUPT : Neo.DIFFERENT;
    }
  }

  @CommandLine.Command(
      name = "diff",
      mixinStandardHelpOptions = true,
      description = "How two versions differ; exit code 3 if they do.",
      footerHeading = "%nExamples:%n",
      footer = {"  ./neo model diff 2 3", "  ./neo model diff 2 3 --json"})
  static final class Diff extends OfModel {
    @CommandLine.Parameters(
        index = "0",
        paramLabel = "[NAME@]A",
        description = "A version, of direction where no other model is named.")
    private String from;

    @CommandLine.Parameters(index = "1", paramLabel = "[NAME@]B", description = "Another.")
    private String to;

    @Override
    JsonObject ask(Channel channel) {
      return ArtifactDifference.between(fetch(channel, from), fetch(channel, to));
    }

    private Artifact fetch(Channel channel, String version) {
      ModelName wanted = model().version(version);
      return new RegistryDesk(channel, wanted.name()).fetch(wanted.version());
    }

    @Override
    int code(JsonObject answer) {
      return answer.getJsonObject("artifact").getBoolean("same_bytes") ? 0 : Neo.DIFFERENT;
    }
  }

  @CommandLine.Command(
      name = "sign",
      mixinStandardHelpOptions = true,
      description = "Signs a version's artifact, so that TorchScript may be promoted and loaded.",
      footerHeading = "%nExamples:%n",
      footer = {"  ./neo model sign 3 --key release.key"})
  static final class Sign extends OfModel {
    @CommandLine.Parameters(
        paramLabel = "[NAME@]VERSION",
        description = "Of the model direction where no other is named.")
    private String version;

    @CommandLine.Option(names = "--key", required = true, description = "Of registry keygen.")
    private Path key;

    @Override
    JsonObject ask(Channel channel) {
      ModelName wanted = model().version(version);
      return new RegistryDesk(channel, wanted.name())
          .sign(wanted.version(), SigningKey.parse(RegistryDoor.read(key)), actor());
    }
  }

  @CommandLine.Command(
      name = "sign-evaluation",
      mixinStandardHelpOptions = true,
      description = {
        "Signs an evaluation and hands it to the registry.",
        "The file is JSON: model, version, digest, dataset_digest, samples, metrics, and for the",
        "sequential test champion_version, champion_digest, candidate_outcomes and",
        "champion_outcomes: one number for each sample, higher is better."
      },
      footerHeading = "%nExamples:%n",
      footer = {
        "  ./neo model sign-evaluation may.json --key anna.key",
        "  ./neo model sign-evaluation may.json --key anna.key --out signed.json",
        "  ./neo model sign-evaluation signed.json      # hands in what was signed elsewhere"
      })
  static final class SignEvaluation extends OfModel {
    @CommandLine.Parameters(paramLabel = "FILE", description = "The evaluation.")
    private Path file;

    @CommandLine.Option(names = "--key", description = "Of registry keygen; else it is sent as is.")
    private Optional<Path> key = Optional.empty();

    @CommandLine.Option(names = "--out", description = "Write it here, and send nothing.")
    private Optional<Path> out = Optional.empty();

    @Override
    public Integer call() {
      if (out.isEmpty()) {
        return super.call();
      }
      try {
        Files.writeString(out.get(), EvaluationText.json(evaluation()).encodePrettily());
      } catch (IOException e) {
        throw new IllegalArgumentException(out.get() + " cannot be written: " + e, e);
      }
      return 0;
    }

    @Override
    JsonObject ask(Channel channel) {
      return new RegistryDesk(channel, model().name()).submit(evaluation());
    }

    private Evaluation evaluation() {
      Evaluation.Builder evaluation = EvaluationText.parse(RegistryDoor.read(file)).toBuilder();
      if (evaluation.getModel().isEmpty()) {
        evaluation.setModel(model().name());
      }
      if (evaluation.getActor().isEmpty()) {
        evaluation.setActor(actor());
      }
      if (evaluation.getEvaluatedAt().isEmpty()) {
        evaluation.setEvaluatedAt(Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
      }
      if (key.isPresent()) {
        SigningKey signing = SigningKey.parse(RegistryDoor.read(key.get()));
        evaluation.setKeyId(signing.verifyingKey().id());
        evaluation.setSignature(
            ByteString.copyFrom(signing.sign(Statements.of(evaluation.build()))));
      }
      return evaluation.build();
    }
  }
}
