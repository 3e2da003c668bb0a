package ai.neo.modeltier;

import ai.neo.modelregistry.Author;
import ai.neo.modelregistry.ChampionServing;
import ai.neo.modelregistry.ModelRegistry;
import ai.neo.modelregistry.RegistryException;
import ai.neo.proto.learning.v1.LearningServiceGrpc.LearningServiceBlockingStub;
import ai.neo.proto.learning.v1.PromoteRequest;
import ai.neo.proto.learning.v1.RollbackRequest;
import ai.neo.proto.learning.v1.SwapReceipt;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Champions of a registry whose gateways run elsewhere and follow it. One of them, where it is
 * named, loads, checks and warms a version and then moves the alias here; nobody else does. Since
 * any of them may trade, no champion is taken away, but of models of which somebody said so.
 */
final class ChampionsElsewhere implements ChampionServing {
  private static final Logger LOG = LoggerFactory.getLogger(ChampionsElsewhere.class);

  private final Optional<CheckingGateway> gateway;
  private final Set<String> mayEnd;
  private final Function<String, String> champion;

  /**
   * @param mayEnd models that may lose their champion
   * @param registry asked where a champion is after a gateway was asked to move it
   */
  ChampionsElsewhere(
      Optional<CheckingGateway> gateway, Set<String> mayEnd, ModelRegistry registry) {
    this.gateway = gateway;
    this.mayEnd = Set.copyOf(mayEnd);
    this.champion =
        model -> registry.champion(model).stream().mapToObj(Integer::toString).findAny().orElse("");
  }

  @Override
  public void promote(String model, String version, String expected, Author author) {
    PromoteRequest request =
        PromoteRequest.newBuilder()
            .setModel(model)
            .setVersion(version)
            .setExpectedChampion(expected)
            .setActor(author.actor())
            .setReason(author.reason())
            .build();
    try {
      promote(request);
    } catch (RegistryException e) {
      if (e.code() != Status.Code.UNAVAILABLE || !champion.apply(model).equals(version)) {
        throw e;
      }
      LOG.info("the gateway promoted model={} version={}, and was lost then", model, version, e);
    }
  }

  /**
   * Has the gateway promote.
   *
   * @throws RegistryException as {@link ChampionServing#promote}
   */
  SwapReceipt promote(PromoteRequest request) {
    String what = "Version %s of model '%s'".formatted(request.getVersion(), request.getModel());
    CheckingGateway asked =
        named(what + " cannot become champion", "promote " + request.getVersion());
    SwapReceipt receipt =
        ask(
            asked,
            what + " cannot become champion, which stays as it was",
            what + " is not champion as far as is known",
            learning -> learning.promote(request));
    if (!champion.apply(request.getModel()).equals(request.getVersion())) {
      throw RegistryException.refused(
          what
              + " is not champion, though the gateway %s made it so: somebody else moved it since,"
                  .formatted(asked.address())
              + " or that gateway follows another registry");
    }
    return receipt;
  }

  /**
   * Has the gateway roll back.
   *
   * @throws RegistryException as {@link #promote(PromoteRequest)}
   */
  SwapReceipt rollback(RollbackRequest request) {
    String what = "The champion of model '%s'".formatted(request.getModel());
    return ask(
        named(what + " cannot be rolled back", "rollback"),
        what + " cannot be rolled back",
        what + " is not rolled back as far as is known",
        learning -> learning.rollback(request));
  }

  private CheckingGateway named(String refused, String command) {
    return gateway.orElseThrow(
        () ->
            RegistryException.refused(
                refused
                    + ": this registry knows no gateway that could load and check versions. Ask one"
                    + " that follows it (./neo model %s --gateway HOST:PORT), or start"
                        .formatted(command)
                    + " the registry with --gateway HOST:PORT"));
  }

  private static <A> A ask(
      CheckingGateway gateway,
      String refused,
      String unknown,
      Function<LearningServiceBlockingStub, A> question) {
    try {
      return gateway.ask(question);
    } catch (StatusRuntimeException e) {
      String said = said(e);
      throw switch (e.getStatus().getCode()) {
        case FAILED_PRECONDITION, NOT_FOUND, INVALID_ARGUMENT, ABORTED, OUT_OF_RANGE ->
            RegistryException.refused(refused + ": " + said, e);
        case UNIMPLEMENTED ->
            RegistryException.refused(
                "%s: what listens on %s is no gateway; start the registry with the address of one"
                    .formatted(refused, gateway.address()),
                e);
        default ->
            RegistryException.away(
                "%s: the gateway %s, which checks versions for this registry, gave no answer (%s)."
                        .formatted(unknown, gateway.address(), said)
                    + " Start it, see what is champion, and repeat the call",
                e);
      };
    }
  }

  /** The reason below gRPC's, where there is one: its own is "io exception". */
  private static String said(StatusRuntimeException e) {
    Status status = e.getStatus();
    if (status.getCode() == Status.Code.UNAVAILABLE && status.getCause() != null) {
      return String.valueOf(status.getCause().getMessage());
    }
    return status.getDescription() == null ? status.getCode().name() : status.getDescription();
  }

  @Override
  public void requireMayEnd(String model) {
    if (!mayEnd.contains(model)) {
      throw RegistryException.refused(
          "The champion of model '%s' may trade at a gateway that follows this registry: it can be"
                  .formatted(model)
              + " replaced, by promoting another version, and not be taken away. If nothing needs"
              + " it any more, start the registry with --may-end "
              + model);
    }
  }

  /** Gateways follow the stream of changes by themselves. */
  @Override
  public void follow(String model) {}
}
