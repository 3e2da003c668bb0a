package ai.neo.benchmarks;

import ai.neo.modelgateway.engine.ModelArtifact;
import ai.neo.modelgateway.engine.ModelEngine;
import ai.neo.modelgateway.engine.OnnxEngine;
import ai.neo.modelgateway.engine.ServableModel;
import ai.neo.modelgateway.network.NetworkEngine;
import ai.neo.modelgateway.network.NetworkExport;
import ai.neo.modelgateway.network.Precision;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/**
 * What each kind of network costs: an MLP over 24 features, an LSTM and a transformer over 60 × 32,
 * over gRPC and in-process, in Neo's own form and in ONNX Runtime. Decides which of them a loop can
 * afford for each bar. Callers and gateway share the machine's cores.
 */
final class NetworksLoad implements Program {
  /**
   * Another Open Inference server, as HOST:PORT/MODEL/WIDTH, whose model takes one row of so many
   * features: it is asked by the same callers.
   */
  private static final String BESIDE = "NEO_BENCHMARK_BESIDE";

  private static final List<GatewayUnderTest.Network> NETWORKS =
      List.of(
          new GatewayUnderTest.Network(GatewayUnderTest.MODEL, "mlp", 1, GatewayUnderTest.FEATURES),
          new GatewayUnderTest.Network("recurrent", "lstm", 60, 32),
          new GatewayUnderTest.Network("attentive", "transformer", 60, 32));

  private static final int CALLERS = 64;
  private static final double WARM_UP_S = 5;
  private static final double SECONDS = 5;
  private static final int COPIES = 400;
  private static final Path STATUS = Path.of("/proc/self/status");

  @Override
  public List<Figure> measure() throws Exception {
    List<Figure> figures = new ArrayList<>();
    try (GatewayUnderTest gateway = GatewayUnderTest.start()) {
      for (GatewayUnderTest.Network network : NETWORKS) {
        if (!network.model().equals(GatewayUnderTest.MODEL)) {
          gateway.train(network, 1);
        }
        figures.addAll(measure(gateway, network));
      }
      String beside = System.getenv(BESIDE);
      if (beside != null) {
        figures.addAll(beside(beside));
      }
    }
    return figures;
  }

  private static List<Figure> measure(GatewayUnderTest gateway, GatewayUnderTest.Network network)
      throws Exception {
    ModelArtifact artifact = gateway.artifact(network.model());
    ModelArtifact onnx =
        new ModelArtifact(
            network.model(),
            "1",
            artifact.digest(),
            "onnx",
            artifact.featureSetId(),
            NetworkExport.onnx(artifact, Precision.FP32, NetworkExport.Rows.NONE).content());
    String name = network.architecture() + " " + network.window() + " × " + network.vector();
    Callers callers = new Callers(gateway.channel(), network.model(), network.features(), 1);
    callers.many(CALLERS, WARM_UP_S);
    callers.one(WARM_UP_S);
    List<Figure> figures = new ArrayList<>();
    try (ServableModel own = new NetworkEngine().load(artifact);
        ServableModel runtime = new OnnxEngine().load(onnx)) {
      Latency alone = GatewayLoad.inProcess(own, 1, SECONDS);
      Latency inOnnx = GatewayLoad.inProcess(runtime, 1, SECONDS);
      Callers.Met one = callers.one(SECONDS);
      figures.add(
          Figure.plain(
              name + ", 1 caller",
              one.latency().words(),
              "in-process " + alone.words() + "; ONNX Runtime in-process " + inOnnx.words()));
      long before = gateway.processorTime().toNanos();
      Callers.Met many = callers.many(CALLERS, SECONDS);
      double each = (double) (gateway.processorTime().toNanos() - before) / many.answers();
      figures.add(
          Figure.plain(
              name + ", " + CALLERS + " callers",
              served(many)
                  + "; the tier's processors "
                  + Figure.Unit.NANOSECONDS.say(each)
                  + " each",
              "in-process on all cores "
                  + Figure.Unit.PER_SECOND.say(GatewayLoad.onAllCores(own, 1))));
    }
    figures.add(
        Figure.plain(
            name + ", memory of a version",
            kilobytes(memory(new NetworkEngine(), artifact, NetworksLoad::heap))
                + " of heap, "
                + artifact.content().length / 1024
                + " KB of file",
            "in ONNX Runtime "
                + kilobytes(memory(new OnnxEngine(), onnx, NetworksLoad::resident))
                + " resident"));
    return figures;
  }

  private static List<Figure> beside(String address) throws Exception {
    String[] parts = address.split("/", -1);
    if (parts.length != 3 || !parts[2].matches("[0-9]{1,6}")) {
      throw new IllegalArgumentException(
          BESIDE + " must be HOST:PORT/MODEL/WIDTH, it is '" + address + "'");
    }
    ManagedChannel channel =
        NettyChannelBuilder.forTarget(parts[0]).usePlaintext().directExecutor().build();
    try {
      Callers callers = new Callers(channel, parts[1], Integer.parseInt(parts[2]), 1);
      callers.many(CALLERS, WARM_UP_S);
      callers.one(WARM_UP_S);
      return List.of(
          Figure.plain(
              "beside it " + address + ", 1 caller", callers.one(SECONDS).latency().words(), ""),
          Figure.plain(
              "beside it " + address + ", " + CALLERS + " callers",
              served(callers.many(CALLERS, SECONDS)),
              ""));
    } finally {
      channel.shutdownNow().awaitTermination(1, TimeUnit.SECONDS);
    }
  }

  private static String served(Callers.Met met) {
    if (met.errors() > 0) {
      throw new IllegalStateException(met.errors() + " requests failed");
    }
    return Figure.Unit.PER_SECOND.say(met.perSecond()) + "; " + met.latency().words();
  }

  /**
   * Bytes of one more copy, once one is there. Each answers once: engines allocate at the first.
   */
  private static double memory(ModelEngine engine, ModelArtifact artifact, Callable<Long> used)
      throws Exception {
    List<ServableModel> copies = new ArrayList<>();
    long before = 0;
    for (int i = 0; i <= COPIES; i++) {
      ServableModel copy = engine.load(artifact);
      copy.infer(new float[copy.features()], 1);
      copies.add(copy);
      if (i == 0) {
        before = used.call();
      }
    }
    double each = (double) (used.call() - before) / COPIES;
    copies.forEach(ServableModel::close);
    return each;
  }

  private static long heap() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  private static long resident() throws IOException {
    return Files.readAllLines(STATUS).stream()
            .filter(line -> line.startsWith("VmRSS:"))
            .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
            .findFirst()
            .orElseThrow()
        * 1024;
  }

  private static String kilobytes(double bytes) {
    return String.format(Locale.ROOT, "%,.0f KB", bytes / 1024);
  }
}
