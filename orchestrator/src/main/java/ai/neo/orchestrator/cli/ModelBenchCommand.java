package ai.neo.orchestrator.cli;

import ai.neo.orchestrator.gateway.LoadTest;
import ai.neo.orchestrator.operations.OperationsException;
import ai.neo.proto.registry.v1.ModelVersion;
import ai.neo.proto.registry.v1.RegistryServiceGrpc;
import ai.neo.proto.registry.v1.VersionName;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;

/** {@code ./neo model bench}. */
@CommandLine.Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description = {
      "Loads the running gateway with predictions and says how fast it answers.",
      "First closed, each caller as fast as it is answered; then open, at a share of that rate,",
      "where a request's time counts from when it was due."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./neo model bench direction",
      "  ./neo model bench direction --callers 1,8,64 --seconds 5 --batch 16 --json",
      "  ./neo model route direction --shadow 3    # loads version 3, so that this works:",
      "  ./neo model bench direction@3"
    })
final class ModelBenchCommand implements Callable<Integer> {
  private static final int MOST_CALLERS = 1024;
  private static final double MOST_SECONDS = 600;
  private static final int MOST_BATCH = 4096;
  private static final double WARM_SECONDS = 0.5;
  private static final long REGISTRY_SECONDS = 20;

  /** How Triton's refusals, and so a gateway's, begin. */
  private static final String UNKNOWN_MODEL = "Request for unknown model";

  @CommandLine.Mixin private TierDoor door;
  @CommandLine.Mixin private ModelOption model;

  @CommandLine.Parameters(
      paramLabel = "NAME[@VERSION]",
      description =
          "The model, or a bare VERSION; without a version, its champion. A version must be"
              + " loaded.")
  private String name;

  @CommandLine.Option(
      names = "--callers",
      split = ",",
      description = "Callers at once, one run for each number (default: 1,64).")
  private List<Integer> callers = List.of(1, 64);

  @CommandLine.Option(
      names = "--seconds",
      defaultValue = "3",
      description = "Of each run (default: ${DEFAULT-VALUE}).")
  private double seconds;

  @CommandLine.Option(
      names = "--batch",
      defaultValue = "1",
      description = "Rows of each request (default: ${DEFAULT-VALUE}).")
  private int batch;

  @CommandLine.Option(
      names = "--load",
      defaultValue = "0.5",
      paramLabel = "SHARE",
      description = "The open run's rate, of what the closed one reached (default: 0.5).")
  private double load;

  @CommandLine.Option(names = "--json", description = "All as one JSON object.")
  private boolean json;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    check();
    ModelName wanted = ModelName.of(name, model.given());
    List<LoadTest.Result> results = new ArrayList<>();
    try (ModelTierCalls calls = ModelTierCalls.of(door)) {
      LoadTest test = loaded(calls.channel(), wanted);
      test.ask(); // what it refuses once it would refuse at any rate
      test.closed(1, WARM_SECONDS);
      for (int count : callers) {
        LoadTest.Result closed = test.closed(count, seconds);
        results.add(closed);
        if (closed.requests() > 0) {
          results.add(test.open(count, seconds, closed.perSecond() * load));
        }
      }
    }
    print(results);
    return results.stream().allMatch(result -> result.errors().isEmpty()) ? 0 : Neo.DIFFERENT;
  }

  private LoadTest loaded(Channel channel, ModelName wanted) {
    try {
      return new LoadTest(channel, wanted.name(), wanted.version(), batch);
    } catch (StatusRuntimeException e) {
      boolean notLoaded =
          !wanted.version().isEmpty()
              && String.valueOf(e.getStatus().getDescription()).startsWith(UNKNOWN_MODEL);
      if (!notLoaded) {
        throw e;
      }
      VersionName name =
          VersionName.newBuilder().setModel(wanted.name()).setVersion(wanted.version()).build();
      ModelVersion there = // or nothing could load it
          RegistryServiceGrpc.newBlockingStub(channel)
              .withDeadlineAfter(REGISTRY_SECONDS, TimeUnit.SECONDS)
              .getVersion(name);
      throw new OperationsException(
          Neo.DIFFERENT,
          ("%1$s version %2$s is not loaded: a gateway keeps the champion, the one before it and a"
                  + " route's versions. ./neo model route %1$s --shadow %2$s --share 0.000001 loads"
                  + " it, and ./neo model route %1$s --clear lets it go")
              .formatted(there.getModel(), there.getVersion()),
          e);
    }
  }

  private void check() {
    if (callers.stream().anyMatch(count -> count < 1 || count > MOST_CALLERS)) {
      throw new IllegalArgumentException("--callers must each be 1 to " + MOST_CALLERS);
    }
    if (!(seconds > 0) || seconds > MOST_SECONDS) {
      throw new IllegalArgumentException("--seconds must be above 0, at most " + MOST_SECONDS);
    }
    if (batch < 1 || batch > MOST_BATCH) {
      throw new IllegalArgumentException("--batch must be 1 to " + MOST_BATCH);
    }
    if (!(load > 0) || load > 1) {
      throw new IllegalArgumentException("--load must be above 0, at most 1");
    }
  }

  private void print(List<LoadTest.Result> results) {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      JsonArray items = new JsonArray();
      results.forEach(result -> items.add(result.json()));
      out.println(new JsonObject().put("items", items).encode());
      return;
    }
    out.printf(
        "%-7s %8s %6s %12s %11s %11s %11s %11s  %s%n",
        "loop",
        "callers",
        "batch",
        "requests/s",
        "p50 µs",
        "p99 µs",
        "p99.9 µs",
        "max µs",
        "errors");
    for (LoadTest.Result result : results) {
      out.printf(
          Locale.ROOT,
          "%-7s %8d %6d %12.0f %11.0f %11.0f %11.0f %11.0f  %s%n",
          result.kind(),
          result.callers(),
          result.batch(),
          result.perSecond(),
          result.times().p50(),
          result.times().p99(),
          result.times().p999(),
          result.times().max(),
          result.errors().values().stream().mapToLong(LoadTest.Failed::count).sum());
      result
          .errors()
          .forEach(
              (code, failed) -> out.printf("  %d %s: %s%n", failed.count(), code, failed.reason()));
    }
  }
}
