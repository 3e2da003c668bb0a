package ai.neo.orchestrator.cli;

import ai.neo.orchestrator.gateway.EvaluationText;
import ai.neo.proto.learning.v1.Arm;
import ai.neo.proto.learning.v1.ArmStatus;
import ai.neo.proto.learning.v1.ClearRouteRequest;
import ai.neo.proto.learning.v1.GetRouteRequest;
import ai.neo.proto.learning.v1.Means;
import ai.neo.proto.learning.v1.Route;
import ai.neo.proto.learning.v1.RouteStatus;
import ai.neo.proto.learning.v1.RoutingServiceGrpc;
import ai.neo.proto.learning.v1.SetRouteRequest;
import ai.neo.proto.registry.v1.ListVersionsRequest;
import ai.neo.proto.registry.v1.RegistryServiceGrpc;
import inference.GRPCInferenceServiceGrpc;
import inference.ModelReadyRequest;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import picocli.CommandLine;

/** {@code ./neo model route}: who answers beside the champion. */
@CommandLine.Command(
    name = "route",
    mixinStandardHelpOptions = true,
    description = {
      "Shows or sets who answers beside the champion.",
      "A shadow is scored and never answers, a canary has its share of the keys, and two versions"
          + " may stand side by side. Every answer names its arm; a key always goes to the same"
          + " one."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./neo model route",
      "  ./neo model route direction --shadow 6 --reason 'new features'",
      "  ./neo model route direction --canary 5 --share 0.1 --reason 'better on May'",
      "  ./neo model route direction --ab 4=0.5,5=0.5",
      "  ./neo model route direction --outcomes --json",
      "  ./neo model route direction --clear"
    })
final class ModelRouteCommand implements Callable<Integer> {
  private static final long SECONDS = 60;
  private static final double CANARY_SHARE = 0.1;

  @CommandLine.Mixin private RegistryDoor door;
  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @CommandLine.Mixin private NamedModel model;

  @CommandLine.Option(
      names = "--shadow",
      paramLabel = "VERSION",
      split = ",",
      description = "Is asked what the champion was asked, afterwards; at most two.")
  private List<String> shadows = new ArrayList<>();

  @CommandLine.Option(
      names = "--canary",
      paramLabel = "VERSION",
      description = "Answers its share of the keys.")
  private Optional<String> canary = Optional.empty();

  @CommandLine.Option(
      names = "--share",
      paramLabel = "SHARE",
      description = "Of the canary's keys (default: 0.1), or of what a lone shadow is asked (all).")
  private Optional<Double> share = Optional.empty();

  @CommandLine.Option(
      names = "--ab",
      paramLabel = "VERSION=SHARE",
      split = ",",
      description = "Two versions and their shares; the champion answers the rest.")
  private Map<String, Double> sides = new LinkedHashMap<>();

  @CommandLine.Option(names = "--clear", description = "The champion answers everything again.")
  private boolean clear;

  @CommandLine.Option(
      names = "--outcomes",
      description = "With each shadow's pairs, as ./neo model sign-evaluation reads them.")
  private boolean outcomes;

  @CommandLine.Option(names = "--salt", defaultValue = "", description = "Other keys fall in.")
  private String salt;

  @CommandLine.Option(
      names = "--failures",
      paramLabel = "N",
      defaultValue = "3",
      description = "So many failures of an arm switch the route off (default: 3).")
  private int failures;

  @CommandLine.Option(
      names = "--cost",
      paramLabel = "FRACTION",
      defaultValue = "0.0005",
      description = "One-way cost by which outcomes are scored (default: ${DEFAULT-VALUE}).")
  private double cost;

  @CommandLine.Option(
      names = "--expect",
      paramLabel = "REVISION",
      description = "Only when this is the route's revision now.")
  private Optional<Long> expected = Optional.empty();

  @CommandLine.Option(
      names = "--reason",
      defaultValue = "by hand",
      description = "Why; it is kept in the ledger.")
  private String reason;

  @CommandLine.Option(names = "--json", description = "On one line.")
  private boolean json;

  @Override
  public Integer call() {
    List<Arm> arms = arms();
    check(arms);
    RouteStatus status =
        door.withGateway(channel -> ask(RoutingServiceGrpc.newBlockingStub(channel), arms));
    JsonObject told = told(status);
    spec.commandLine().getOut().println(json ? told.encode() : lines(status, told));
    return 0;
  }

  private RouteStatus ask(RoutingServiceGrpc.RoutingServiceBlockingStub stub, List<Arm> arms) {
    var gateway = stub.withDeadlineAfter(SECONDS, TimeUnit.SECONDS);
    OptionalLong revision =
        expected.isPresent() ? OptionalLong.of(expected.get()) : OptionalLong.empty();
    if (clear) {
      ClearRouteRequest.Builder request =
          ClearRouteRequest.newBuilder()
              .setModel(model.name())
              .setActor(door.actor())
              .setReason(reason);
      revision.ifPresent(request::setExpectedRevision);
      return gateway.clearRoute(request.build());
    }
    if (arms.isEmpty()) {
      RouteStatus status =
          gateway.getRoute(
              GetRouteRequest.newBuilder().setModel(model.name()).setOutcomes(outcomes).build());
      if (status.getRoute().getRevision() == 0 && status.getOffReason().isEmpty()) {
        requireServed(gateway.getChannel());
      }
      return status;
    }
    SetRouteRequest.Builder request =
        SetRouteRequest.newBuilder()
            .setRoute(
                Route.newBuilder()
                    .setModel(model.name())
                    .addAllArms(arms)
                    .setSalt(salt)
                    .setActor(door.actor())
                    .setReason(reason)
                    .setFailuresMax(failures)
                    .setCostPerTrade(cost));
    revision.ifPresent(request::setExpectedRevision);
    try {
      return gateway.setRoute(request.build());
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() == Status.Code.FAILED_PRECONDITION) {
        requireServed(gateway.getChannel()); // a name that nobody knows is refused too
      }
      throw e;
    }
  }

  /** A gateway says of any name that no route leads anywhere. */
  private void requireServed(Channel channel) {
    boolean known =
        found(() -> isReady(channel)) || found(() -> isRegistered(channel)); // or of a folder
    if (!known) {
      throw new IllegalArgumentException(
          "there is no model '%s': the gateway serves none, and the registry has no version of it"
              .formatted(model.name()));
    }
  }

  private static boolean found(BooleanSupplier there) {
    try {
      return there.getAsBoolean();
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() == Status.Code.NOT_FOUND) {
        return false;
      }
      throw e;
    }
  }

  private boolean isReady(Channel channel) {
    return GRPCInferenceServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(SECONDS, TimeUnit.SECONDS)
        .modelReady(ModelReadyRequest.newBuilder().setName(model.name()).build())
        .getReady();
  }

  private boolean isRegistered(Channel channel) {
    return RegistryServiceGrpc.newBlockingStub(channel)
            .withDeadlineAfter(SECONDS, TimeUnit.SECONDS)
            .listVersions(ListVersionsRequest.newBuilder().setModel(model.name()).build())
            .getVersionsCount()
        > 0;
  }

  /** What would be left out without a word is refused instead. */
  private void check(List<Arm> arms) {
    if (clear && !arms.isEmpty()) {
      throw new IllegalArgumentException("--clear goes with no --shadow, --canary or --ab");
    }
    if (expected.isPresent() && arms.isEmpty() && !clear) {
      throw new IllegalArgumentException("--expect goes with --shadow, --canary, --ab or --clear");
    }
    if (outcomes && (clear || !arms.isEmpty())) {
      throw new IllegalArgumentException("--outcomes only looks: it goes with nothing that sets");
    }
    if (failures < 1) {
      throw new IllegalArgumentException("--failures must be 1 or more, is " + failures);
    }
  }

  private List<Arm> arms() {
    if (canary.isPresent() && !sides.isEmpty()) {
      throw new IllegalArgumentException("--canary and --ab exclude each other");
    }
    if (!sides.isEmpty() && sides.size() != 2) {
      throw new IllegalArgumentException("--ab needs two versions: --ab 4=0.5,5=0.5");
    }
    if (share.isPresent() && canary.isEmpty() && shadows.isEmpty()) {
      throw new IllegalArgumentException("--share goes with --canary or --shadow");
    }
    List<Arm> arms = new ArrayList<>();
    canary.ifPresent(
        version -> arms.add(arm(Arm.Kind.CANARY, version, share.orElse(CANARY_SHARE))));
    sides.forEach(
        (version, part) -> arms.add(arm(arms.isEmpty() ? Arm.Kind.A : Arm.Kind.B, version, part)));
    double shadowed = canary.isPresent() ? 1 : share.orElse(1.0);
    shadows.forEach(version -> arms.add(arm(Arm.Kind.SHADOW, version, shadowed)));
    return arms;
  }

  private static Arm arm(Arm.Kind kind, String version, double share) {
    if (!version.matches("[1-9][0-9]{0,17}")) {
      throw new IllegalArgumentException("'" + version + "' is no version; expected its number");
    }
    if (!(share > 0 && share <= 1)) {
      throw new IllegalArgumentException(
          "the share of version " + version + " must be above 0 and at most 1, is " + share);
    }
    return Arm.newBuilder().setKind(kind).setVersion(version).setShare(share).build();
  }

  private static JsonObject told(RouteStatus status) {
    JsonArray arms = new JsonArray();
    status.getArmsList().forEach(arm -> arms.add(told(arm)));
    return new JsonObject()
        .put("model", status.getRoute().getModel())
        .put("revision", status.getRoute().getRevision())
        .put("actor", status.getRoute().getActor())
        .put("reason", status.getRoute().getReason())
        .put("salt", status.getRoute().getSalt())
        .put("off_reason", status.getOffReason())
        .put("arms", arms)
        .put("champion_answered", status.getChampion().getAnswered())
        .put("champion_scored", status.getChampion().getScored())
        .put("champion_outcomes", told(status.getChampion().getOutcomes()));
  }

  private static JsonObject told(ArmStatus arm) {
    JsonObject told =
        new JsonObject()
            .put("arm", arm.getArm().getKind().name().toLowerCase(Locale.ROOT))
            .put("version", arm.getArm().getVersion())
            .put("digest", arm.getArm().getDigest())
            .put("share", arm.getArm().getShare())
            .put("answered", arm.getAnswered())
            .put("failures", arm.getFailures());
    if (arm.getArm().getKind() != Arm.Kind.SHADOW) {
      return told.put("fallbacks", arm.getFallbacks())
          .put("scored", arm.getScored())
          .put("outcomes", told(arm.getOutcomes()));
    }
    told.put("dropped", arm.getDropped())
        .put("unscored", arm.getUnscored())
        .put("waiting", arm.getWaiting())
        .put("pairs", arm.getPairs())
        .put("champion_version", arm.getChampionVersion())
        .put("shadow", told(arm.getShadow()))
        .put("champion", told(arm.getChampion()));
    if (arm.hasEvaluation()) {
      told.put("evaluation", EvaluationText.json(arm.getEvaluation()));
    }
    return told;
  }

  private static JsonObject told(Means means) {
    return new JsonObject()
        .put("log_loss", means.getLogLoss())
        .put("net_return", means.getNetReturn());
  }

  private String lines(RouteStatus status, JsonObject told) {
    if (outcomes) {
      return told.encodePrettily();
    }
    if (status.getArmsCount() == 0) {
      String off = status.getOffReason();
      return "the champion answers everything" + (off.isEmpty() ? "" : "; route off: " + off);
    }
    StringBuilder text = new StringBuilder();
    text.append(
        "revision %d by %s: %s"
            .formatted(
                status.getRoute().getRevision(),
                status.getRoute().getActor(),
                status.getRoute().getReason()));
    for (ArmStatus arm : status.getArmsList()) {
      text.append(System.lineSeparator()).append(line(arm));
    }
    return text.append(System.lineSeparator())
        .append("champion answered %d".formatted(status.getChampion().getAnswered()))
        .append(outcomes(status.getChampion()))
        .toString();
  }

  private static String line(ArmStatus arm) {
    String who =
        String.format(
            Locale.ROOT,
            "%-8s v%-4s share %.3f  answered %d  failures %d",
            arm.getArm().getKind().name().toLowerCase(Locale.ROOT),
            arm.getArm().getVersion(),
            arm.getArm().getShare(),
            arm.getAnswered(),
            arm.getFailures());
    if (arm.getArm().getKind() != Arm.Kind.SHADOW) {
      return who + "  fallbacks " + arm.getFallbacks() + outcomes(arm);
    }
    return who
        + String.format(
            Locale.ROOT,
            "  dropped %d  pairs %d  log loss %.4f against %.4f  net return %.6f against %.6f",
            arm.getDropped(),
            arm.getPairs(),
            arm.getShadow().getLogLoss(),
            arm.getChampion().getLogLoss(),
            arm.getShadow().getNetReturn(),
            arm.getChampion().getNetReturn());
  }

  /** What came of its own answers; nothing before the first outcome. */
  private static String outcomes(ArmStatus arm) {
    return arm.getScored() == 0
        ? ""
        : String.format(
            Locale.ROOT,
            "  scored %d  log loss %.4f  net return %.6f",
            arm.getScored(),
            arm.getOutcomes().getLogLoss(),
            arm.getOutcomes().getNetReturn());
  }
}
