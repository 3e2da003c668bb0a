package ai.neo.benchmarks;

import com.google.protobuf.ByteString;
import inference.GRPCInferenceServiceGrpc;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import inference.ServerLiveRequest;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Callers that ask a gateway for predictions, each with one request on its way: when the answer is
 * there, the next goes out.
 */
final class Callers {
  private static final long LONGEST_WAIT_S = 30;

  private final GRPCInferenceServiceGrpc.GRPCInferenceServiceStub stub;
  private final GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub blocking;
  private final String model;
  private final int width;
  private final int rows;

  /**
   * What callers met.
   *
   * @param errors requests that were not answered with a prediction
   */
  record Met(Latency latency, long answers, long errors, double seconds) {
    double perSecond() {
      return answers / seconds;
    }
  }

  /**
   * @param rows in each request
   */
  Callers(ManagedChannel channel, int rows) {
    this(channel, GatewayUnderTest.MODEL, GatewayUnderTest.FEATURES, rows);
  }

  /**
   * @param width numbers in a row
   * @param rows in each request
   */
  Callers(ManagedChannel channel, String model, int width, int rows) {
    stub = GRPCInferenceServiceGrpc.newStub(channel);
    blocking = GRPCInferenceServiceGrpc.newBlockingStub(channel);
    this.model = model;
    this.width = width;
    this.rows = rows;
  }

  /** Another one for each caller: what is asked twice at once is computed once. */
  private ModelInferRequest request(int caller) {
    float[] features = GatewayUnderTest.features(rows, width, new SplittableRandom(caller));
    ByteBuffer raw =
        ByteBuffer.allocate(features.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    raw.asFloatBuffer().put(features);
    return ModelInferRequest.newBuilder()
        .setModelName(model)
        .addInputs(
            ModelInferRequest.InferInputTensor.newBuilder()
                .setName("features")
                .setDatatype("FP32")
                .addShape(rows)
                .addShape(width))
        .addRawInputContents(ByteString.copyFrom(raw.array()))
        .build();
  }

  /** One caller that waits for each answer, for so long. */
  Met one(double seconds) {
    ModelInferRequest request = request(0);
    Latency latency = new Latency();
    long begin = System.nanoTime();
    long end = begin + (long) (seconds * 1e9);
    long answers = 0;
    while (System.nanoTime() < end) {
      long started = System.nanoTime();
      check(blocking.modelInfer(request));
      latency.add(System.nanoTime() - started);
      answers++;
    }
    return new Met(latency, answers, 0, (System.nanoTime() - begin) / 1e9);
  }

  /** One caller that asks whether the server lives: what a call costs beside the prediction. */
  Latency alive(double seconds) {
    Latency latency = new Latency();
    long end = System.nanoTime() + (long) (seconds * 1e9);
    while (System.nanoTime() < end) {
      long started = System.nanoTime();
      if (!blocking.serverLive(ServerLiveRequest.getDefaultInstance()).getLive()) {
        throw new IllegalStateException("the server says that it is not alive");
      }
      latency.add(System.nanoTime() - started);
    }
    return latency;
  }

  /** So many callers at once, for so long. */
  Met many(int callers, double seconds) throws InterruptedException {
    long begin = System.nanoTime();
    long end = begin + (long) (seconds * 1e9);
    CountDownLatch done = new CountDownLatch(callers);
    AtomicLong errors = new AtomicLong();
    List<Caller> all = new ArrayList<>();
    for (int i = 0; i < callers; i++) {
      Caller caller = new Caller(request(i), end, done, errors);
      all.add(caller);
      caller.ask();
    }
    if (!done.await((long) seconds + LONGEST_WAIT_S, TimeUnit.SECONDS)) {
      throw new IllegalStateException("requests were dropped: neither answer nor error came");
    }
    double took = (System.nanoTime() - begin) / 1e9;
    Latency latency = new Latency();
    long answers = 0;
    for (Caller caller : all) {
      latency.add(caller.latency);
      answers += caller.answers;
    }
    return new Met(latency, answers, errors.get(), took);
  }

  private static void check(ModelInferResponse response) {
    if (response.getRawOutputContentsCount() == 0) {
      throw new IllegalStateException("an answer without outputs");
    }
  }

  private final class Caller implements StreamObserver<ModelInferResponse> {
    private final ModelInferRequest request;
    private final long endNs;
    private final CountDownLatch done;
    private final AtomicLong errors;
    private final Latency latency = new Latency();
    private long answers;
    private long startedNs;

    Caller(ModelInferRequest request, long endNs, CountDownLatch done, AtomicLong errors) {
      this.request = request;
      this.endNs = endNs;
      this.done = done;
      this.errors = errors;
    }

    void ask() {
      startedNs = System.nanoTime();
      stub.modelInfer(request, this);
    }

    @Override
    public void onNext(ModelInferResponse response) {
      check(response);
    }

    @Override
    public void onError(Throwable error) {
      errors.incrementAndGet();
      next();
    }

    @Override
    public void onCompleted() {
      latency.add(System.nanoTime() - startedNs);
      answers++;
      next();
    }

    private void next() {
      if (System.nanoTime() < endNs) {
        ask();
      } else {
        done.countDown();
      }
    }
  }
}
