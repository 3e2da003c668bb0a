package ai.neo.orchestrator.gateway;

import com.google.protobuf.ByteString;
import inference.GRPCInferenceServiceGrpc;
import inference.ModelInferRequest;
import inference.ModelMetadataRequest;
import inference.ModelMetadataResponse;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import io.vertx.core.json.JsonObject;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongUnaryOperator;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * Asks a gateway for predictions, and times them. Closed: each caller asks again as soon as it was
 * answered. Open: requests are due at fixed times, whoever is late, and a request's time counts
 * from when it was due, so that a stall is not left out of the figures (coordinated omission).
 */
public final class LoadTest {
  private static final long LONGEST_NS = TimeUnit.SECONDS.toNanos(60);
  private static final int DIGITS = 3;
  private static final long CALL_SECONDS = 10;
  private static final long SEED = 42;

  private final Channel channel;
  private final ModelInferRequest request;
  private final int batch;

  /**
   * What came out.
   *
   * @param perSecond answered requests
   */
  public record Result(
      String kind,
      int callers,
      int batch,
      double perSecond,
      long requests,
      Times times,
      TreeMap<String, Failed> errors) {
    /** For a program; times in microseconds. */
    public JsonObject json() {
      JsonObject failed = new JsonObject();
      JsonObject reasons = new JsonObject();
      errors.forEach(
          (code, those) -> {
            failed.put(code, those.count());
            reasons.put(code, those.reason());
          });
      return new JsonObject()
          .put("kind", kind)
          .put("callers", callers)
          .put("batch", batch)
          .put("requests", requests)
          .put("requests_per_second", perSecond)
          .put("rows_per_second", perSecond * batch)
          .put("p50_us", times.p50())
          .put("p99_us", times.p99())
          .put("p999_us", times.p999())
          .put("max_us", times.max())
          .put("errors", failed)
          .put("reasons", reasons);
    }
  }

  /**
   * Requests that failed with one code.
   *
   * @param reason of the first, in the gateway's words
   */
  public record Failed(long count, String reason) {}

  /** In microseconds. */
  public record Times(double p50, double p99, double p999, double max) {
    static Times of(Histogram histogram) {
      return new Times(
          histogram.getValueAtPercentile(50) / 1e3,
          histogram.getValueAtPercentile(99) / 1e3,
          histogram.getValueAtPercentile(99.9) / 1e3,
          histogram.getMaxValue() / 1e3);
    }
  }

  /**
   * Asks what the model takes. Blocks. Each request has one input of a row of numbers for each of
   * the batch, as a model of directions takes it.
   *
   * @param version empty for the champion
   * @param batch rows of a request, 1 or more
   */
  public LoadTest(Channel channel, String model, String version, int batch) {
    this.channel = channel;
    this.batch = batch;
    ModelMetadataResponse about =
        GRPCInferenceServiceGrpc.newBlockingStub(channel)
            .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
            .modelMetadata(
                ModelMetadataRequest.newBuilder().setName(model).setVersion(version).build());
    var input = about.getInputs(0);
    int width = Math.toIntExact(input.getShape(input.getShapeCount() - 1));
    ByteBuffer numbers =
        ByteBuffer.allocate(Math.multiplyExact(batch, width) * Float.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    SplittableRandom random = new SplittableRandom(SEED);
    while (numbers.hasRemaining()) {
      numbers.putFloat((float) random.nextDouble(-1, 1));
    }
    this.request =
        ModelInferRequest.newBuilder()
            .setModelName(model)
            .setModelVersion(version)
            .addInputs(
                ModelInferRequest.InferInputTensor.newBuilder()
                    .setName(input.getName())
                    .setDatatype(input.getDatatype())
                    .addShape(batch)
                    .addShape(width))
            .addRawInputContents(ByteString.copyFrom(numbers.array()))
            .build();
  }

  /** So many callers, each with one request under way, for so long. */
  public Result closed(int callers, double seconds) throws InterruptedException {
    return run("closed", callers, seconds, previousNs -> System.nanoTime());
  }

  /**
   * Requests at a fixed rate.
   *
   * @param callers how many requests may be under way at once
   */
  public Result open(int callers, double seconds, double perSecond) throws InterruptedException {
    long start = System.nanoTime();
    AtomicLong next = new AtomicLong();
    double gapNs = 1e9 / perSecond;
    return run(
        "open",
        callers,
        seconds,
        previousNs -> {
          long dueNs = start + (long) (next.getAndIncrement() * gapNs);
          for (long left = dueNs - System.nanoTime(); left > 0; left = dueNs - System.nanoTime()) {
            LockSupport.parkNanos(left);
          }
          return dueNs;
        });
  }

  /** When the next request is due; it may wait until then. */
  private Result run(String kind, int callers, double seconds, LongUnaryOperator due)
      throws InterruptedException {
    Histogram histogram = new ConcurrentHistogram(LONGEST_NS, DIGITS);
    TreeMap<String, Failed> errors = new TreeMap<>();
    long start = System.nanoTime();
    long end = start + (long) (seconds * 1e9);
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int caller = 0; caller < callers; caller++) {
        executor.execute(
            () -> {
              for (long at = due.applyAsLong(0); at < end; at = due.applyAsLong(at)) {
                try {
                  ask();
                  histogram.recordValue(Math.clamp(System.nanoTime() - at, 0, LONGEST_NS));
                } catch (StatusRuntimeException e) {
                  Failed one = new Failed(1, String.valueOf(e.getStatus().getDescription()));
                  synchronized (errors) {
                    errors.merge(
                        e.getStatus().getCode().name(),
                        one,
                        (all, next) -> new Failed(all.count() + 1, all.reason()));
                  }
                }
              }
            });
      }
    }
    double took = (System.nanoTime() - start) / 1e9;
    long answered = histogram.getTotalCount();
    return new Result(kind, callers, batch, answered / took, answered, Times.of(histogram), errors);
  }

  /**
   * One request.
   *
   * @throws StatusRuntimeException with the gateway's reason, such as a model of other inputs
   */
  public void ask() {
    var answer =
        GRPCInferenceServiceGrpc.newBlockingStub(channel)
            .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
            .modelInfer(request);
    Objects.requireNonNull(answer, "answer");
  }
}
