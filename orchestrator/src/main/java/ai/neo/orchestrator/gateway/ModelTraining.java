package ai.neo.orchestrator.gateway;

import ai.neo.proto.learning.v1.LearningServiceGrpc;
import ai.neo.proto.learning.v1.TrainHeader;
import ai.neo.proto.learning.v1.TrainProgress;
import ai.neo.proto.learning.v1.TrainRequest;
import ai.neo.proto.learning.v1.TrainRows;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.Arrays;
import java.util.Comparator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** Has the gateway train a version from rows, and waits for it. */
public final class ModelTraining {
  private static final int ROWS_PER_MESSAGE = 4096;
  private static final long LONGEST_MINUTES = 60;

  private final Channel channel;

  public ModelTraining(Channel channel) {
    this.channel = channel;
  }

  /**
   * Rows of one or more instruments, in any order.
   *
   * @param features row-major, rows × width
   * @param labels 0 SELL, 1 HOLD, 2 BUY
   * @param forwardReturns fractions
   * @param timesNs of the bars
   * @param series the instrument of each row
   */
  public record Rows(
      int width,
      float[] features,
      int[] labels,
      float[] forwardReturns,
      long[] timesNs,
      int[] series) {
    /** How many there are. */
    public int count() {
      return labels.length;
    }
  }

  /**
   * Trains and registers. The rows go out in time order, those of one time in the given order, so
   * that the last of them, which the gateway keeps back to judge by, are the newest of every
   * instrument.
   *
   * @param progress hears each epoch
   * @return the last progress, which names the registered version
   * @throws StatusRuntimeException as the gateway says it: what it was asked is wrong, or it is
   *     away
   */
  public TrainProgress train(TrainHeader header, Rows rows, Consumer<TrainProgress> progress)
      throws InterruptedException {
    CompletableFuture<TrainProgress> done = new CompletableFuture<>();
    StreamObserver<TrainRequest> requests =
        LearningServiceGrpc.newStub(channel)
            .withDeadlineAfter(LONGEST_MINUTES, TimeUnit.MINUTES)
            .train(
                new StreamObserver<>() {
                  private TrainProgress last = TrainProgress.getDefaultInstance();

                  @Override
                  public void onNext(TrainProgress value) {
                    last = value;
                    progress.accept(value);
                  }

                  @Override
                  public void onError(Throwable error) {
                    done.completeExceptionally(error);
                  }

                  @Override
                  public void onCompleted() {
                    done.complete(last);
                  }
                });
    requests.onNext(TrainRequest.newBuilder().setHeader(header).build());
    int[] order = timeOrder(rows.timesNs());
    // Nobody takes the rest once the gateway has refused.
    for (int from = 0; from < order.length && !done.isDone(); from += ROWS_PER_MESSAGE) {
      int to = Math.min(order.length, from + ROWS_PER_MESSAGE);
      requests.onNext(
          TrainRequest.newBuilder()
              .setRows(message(rows, Arrays.copyOfRange(order, from, to)))
              .build());
    }
    requests.onCompleted();
    try {
      return done.get(); // the call has a deadline
    } catch (ExecutionException e) {
      throw Status.fromThrowable(e.getCause()).asRuntimeException();
    }
  }

  private static int[] timeOrder(long[] timesNs) {
    return IntStream.range(0, timesNs.length)
        .boxed()
        .sorted(Comparator.comparingLong(row -> timesNs[row]))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private static TrainRows message(Rows rows, int[] order) {
    TrainRows.Builder message = TrainRows.newBuilder();
    for (int row : order) {
      for (int i = row * rows.width(); i < (row + 1) * rows.width(); i++) {
        message.addFeatures(rows.features()[i]);
      }
      message
          .addLabels(rows.labels()[row])
          .addForwardReturn(rows.forwardReturns()[row])
          .addTimeNs(rows.timesNs()[row])
          .addSeries(rows.series()[row]);
    }
    return message.build();
  }

  /** The newest rows of each time in one message: what a version may be compared on. */
  public static TrainRows newest(Rows rows, int count) {
    int[] order = timeOrder(rows.timesNs());
    return message(
        rows, Arrays.copyOfRange(order, Math.max(0, order.length - count), order.length));
  }
}
