package ai.neo.modelgateway.forward;

import inference.ModelInferRequest;
import inference.ModelStreamInferResponse;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One request of a decoupled model under way, in a call of its own: so its responses are known
 * without an id, and its end without a last response. Responses are read one at a time, as the
 * caller takes them; what the caller does not want any more is read on and dropped. Safe for any
 * thread; nothing blocks.
 */
public final class StreamedAnswers {

  /** More than will come: what is dropped is read as fast as it comes. */
  private static final int ALL = 1 << 30;

  private final RemoteServer server;
  private final ModelInferRequest request;
  private final StreamedReply reply;
  private final ClientCall<ModelInferRequest, ModelStreamInferResponse> call;
  private final ModelTraffic model;

  /** Whether the reply has heard how it ended, or wants to hear nothing more. */
  private final AtomicBoolean told = new AtomicBoolean();

  private volatile boolean abandoned;
  private volatile boolean refused;
  private volatile boolean asked;
  private volatile long heardNs = System.nanoTime();
  private volatile Runnable noWatch = () -> {};
  private final AtomicInteger parts = new AtomicInteger();

  StreamedAnswers(
      RemoteServer server,
      ModelInferRequest request,
      StreamedReply reply,
      ClientCall<ModelInferRequest, ModelStreamInferResponse> call) {
    this.server = server;
    this.request = request;
    this.reply = reply;
    this.call = call;
    this.model = server.traffic(request.getModelName());
  }

  /**
   * Sends the request, unless the server is left alone or has too much to do.
   *
   * @param ended runs once, when nothing of the call is left
   */
  void start(Runnable ended) {
    Optional<Status> closed = server.closedTo(request.getModelName(), model);
    if (closed.isPresent()) {
      ended.run();
      refuse(closed.get());
      return;
    }
    watchLater();
    call.start(new Listener(ended), new Metadata());
    call.sendMessage(request);
    call.halfClose();
  }

  /** Is not sent at all. */
  void refuse(Status why) {
    told.set(true);
    reply.failed(why);
  }

  /** Asks for the next response; exactly one call for each. */
  public void more() {
    if (!told.get()) {
      heardNs = System.nanoTime();
      asked = true;
      call.request(1);
    }
  }

  /** Nobody listens any more. The server is told only where it is known to survive that. */
  public void abandon() {
    if (told.compareAndSet(false, true)) {
      abandoned = true;
      if (server.contents().survivesCancels()) {
        call.cancel("the caller has gone", null);
      } else {
        call.request(ALL);
      }
    }
  }

  private void watchLater() {
    noWatch = server.after(server.patience().toNanos(), this::watch);
  }

  /** A model may be silent for as long as it likes, but not on a server that says nothing else. */
  private void watch() {
    if (told.get()) {
      return;
    }
    long silentNs = System.nanoTime() - heardNs;
    boolean silent = asked && silentNs >= server.patience().toNanos();
    String nothing = "nothing came for %d ms, and ".formatted(silentNs / 1_000_000);
    if (silent && !server.contents().isUp()) {
      fail(
          Status.UNAVAILABLE.withDescription(
              nothing + "it does not answer otherwise: " + server.contents().problem()));
    } else if (silent && model.wasSickSince(heardNs)) {
      fail(Status.UNAVAILABLE.withDescription(nothing + "the model's process has died since"));
    } else {
      watchLater();
    }
  }

  private void fail(Status status) {
    if (!told.compareAndSet(false, true)) {
      return;
    }
    String why =
        "server %s is unavailable: %s".formatted(server.shown(), ServerFailure.text(status));
    model.lost.increment();
    model.circuit.failed(System.nanoTime(), why);
    call.request(ALL);
    int came = parts.get();
    reply.failed(
        Status.UNAVAILABLE
            .withDescription(came == 0 ? why : why + "; responses that had come: " + came)
            .withCause(status.asException()));
  }

  private boolean knewVersion() {
    return server
        .model(request.getModelName())
        .flatMap(known -> known.metadata(request.getModelVersion()))
        .isPresent();
  }

  private final class Listener extends ClientCall.Listener<ModelStreamInferResponse> {
    private final Runnable ended;

    Listener(Runnable ended) {
      this.ended = ended;
    }

    @Override
    public void onMessage(ModelStreamInferResponse part) {
      heardNs = System.nanoTime();
      asked = false;
      if (told.get()) {
        return;
      }
      if (part.getErrorMessage().isEmpty()) {
        response(part);
      } else {
        error(part);
      }
    }

    private void response(ModelStreamInferResponse part) {
      String version = part.getInferResponse().getModelVersion();
      if (!version.isEmpty() && !version.equals(request.getModelVersion())) {
        fail(
            Status.INTERNAL.withDescription(
                "version '%s' answered instead of version %s"
                    .formatted(version, request.getModelVersion())));
        return;
      }
      if (parts.getAndIncrement() == 0) {
        model.circuit.succeeded();
      }
      reply.part(part);
    }

    private void error(ModelStreamInferResponse part) {
      String text = part.getErrorMessage();
      if (ServerFailure.of(text, knewVersion()) == ServerFailure.SERVER) {
        server.contents().lookSoon();
        boolean sick = ServerFailure.isSick(text);
        if (sick) {
          model.sick(System.nanoTime());
        }
        fail((sick ? Status.INTERNAL : Status.NOT_FOUND).withDescription(text));
        return;
      }
      refused = true;
      model.circuit.succeeded();
      reply.part(part);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      server.endedStream();
      noWatch.run();
      ended.run();
      if (told.get()) {
        if (abandoned) {
          model.dropped.increment();
        }
        return;
      }
      ServerFailure failure = ServerFailure.of(status, knewVersion());
      if (!status.isOk() && failure == ServerFailure.SERVER) {
        server.contents().lookSoon();
        fail(status);
      } else if (told.compareAndSet(false, true)) {
        close(status, failure);
      }
    }

    private void close(Status status, ServerFailure failure) {
      model.circuit.succeeded();
      if (status.isOk()) {
        (refused ? model.refused : model.answered).increment();
        reply.ended();
      } else {
        (failure == ServerFailure.BUSY ? model.lost : model.refused).increment();
        reply.failed(status);
      }
    }
  }
}
